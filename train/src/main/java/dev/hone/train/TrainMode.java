package dev.hone.train;

/** What of a model trains. */
public enum TrainMode {
    /** All weights. */
    FULL,
    /** An adapter beside frozen weights (arXiv 2106.09685). */
    LORA,
    /** An adapter beside frozen weights that are quantised (arXiv 2305.14314). */
    QLORA,
    /** Rows of the embedding's width before every sequence, the model frozen (arXiv 2104.08691). */
    PROMPT_TUNING,
    /** Keys and values before those of every sequence in each layer, the model frozen (arXiv 2101.00190). */
    PREFIX_TUNING;

    boolean adapts() { return this != FULL; }

    /** Whether matrices of low rank stand beside the model's. */
    boolean ranked() {
        return this == LORA || this == QLORA;
    }

    /** Whether tokens that are learned stand before every sequence. */
    boolean virtual() {
        return switch (this) {
            case FULL, LORA, QLORA -> false;
            case PROMPT_TUNING, PREFIX_TUNING -> true;
        };
    }

    /** As a setting says it. */
    String key() { return name().toLowerCase(java.util.Locale.ROOT); }
}
