package dev.hone.train;

/** What of a model trains. */
public enum TrainMode {
    /** All weights. */
    FULL,
    /** An adapter beside frozen weights (arXiv 2106.09685). */
    LORA,
    /** An adapter beside frozen weights that are quantised (arXiv 2305.14314). */
    QLORA;

    boolean adapts() { return this != FULL; }
}
