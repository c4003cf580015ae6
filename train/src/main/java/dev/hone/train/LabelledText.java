package dev.hone.train;

import dev.hone.text.ChatTemplate;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.DataException;
import dev.hone.text.DataKind;
import dev.hone.text.Dataset;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedJudged;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRanking;
import dev.hone.text.EncodedRows;
import dev.hone.text.EncodedSafety;
import dev.hone.text.EncodedSteps;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.Pairs;
import dev.hone.text.PreferenceReport;
import dev.hone.text.Rankings;
import dev.hone.text.ReadOptions;
import dev.hone.text.Sample;
import dev.hone.text.Tokenizer;
import dev.hone.text.Unpaired;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The text side of a run on data that says how good answers are, as {@link TrainingText} is for demonstrations.
 *
 * @param <R> what a sample becomes: {@link EncodedPair}, {@link EncodedJudged} …
 * @param tokenizer of the model
 * @param template that writes turns; empty where texts are joined as they are
 * @param training rows to learn from
 * @param evaluation rows held out, none of them with a prompt of the training rows
 * @param report what {@code hone data} shows of the training rows, with its warnings
 * @param shown samples to show before and after: held-out ones where there are any
 */
public record LabelledText<R>(Tokenizer tokenizer, Optional<ChatTemplate> template, EncodedRows<R> training,
        Optional<EncodedRows<R>> evaluation, PreferenceReport report, List<Sample> shown) {
    public LabelledText {
        shown = List.copyOf(shown);
    }

    /** Pairs; safety pairs, scored and ranked lists become pairs. */
    public static LabelledText<EncodedPair> pairs(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled, new Way<>(DataKind.PREFERENCES,
                samples -> Pairs.of(samples, labelled.pairOptions()), LabelledEncoder::pairs,
                PreferenceReport::ofPairs));
    }

    /** Judged answers; pairs are taken apart. */
    public static LabelledText<EncodedJudged> judged(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled,
                new Way<>(DataKind.JUDGED, Unpaired::of, LabelledEncoder::judged, PreferenceReport::ofJudged));
    }

    /** Ranked answers; scored lists and pairs become rankings. */
    public static LabelledText<EncodedRanking> rankings(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled,
                new Way<>(DataKind.RANKED, Rankings::of, LabelledEncoder::rankings, PreferenceReport::ofRankings));
    }

    /** Texts with a score or class. */
    public static LabelledText<EncodedGraded> graded(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled, new Way<>(DataKind.GRADED, UnaryOperator.identity(), LabelledEncoder::graded,
                PreferenceReport::ofGraded));
    }

    /** Pairs with labels of safety. */
    public static LabelledText<EncodedSafety> safety(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled, new Way<>(DataKind.SAFETY, UnaryOperator.identity(), LabelledEncoder::safety,
                PreferenceReport::ofSafety));
    }

    /** Solutions in judged steps. */
    public static LabelledText<EncodedSteps> steps(Path model, DataSettings data, LabelledSettings labelled) {
        return load(model, data, labelled, new Way<>(DataKind.STEPS, UnaryOperator.identity(), LabelledEncoder::steps,
                PreferenceReport::ofSteps));
    }

    /**
     * Data of a kind that is known only when the program runs.
     *
     * @throws IllegalArgumentException for demonstrations, which {@link TrainingText} loads
     */
    public static LabelledText<?> load(DataKind kind, Path model, DataSettings data, LabelledSettings labelled) {
        return switch (kind) {
            case PREFERENCES -> pairs(model, data, labelled);
            case JUDGED -> judged(model, data, labelled);
            case RANKED -> rankings(model, data, labelled);
            case GRADED -> graded(model, data, labelled);
            case SAFETY -> safety(model, data, labelled);
            case STEPS -> steps(model, data, labelled);
            case DEMONSTRATIONS -> throw new IllegalArgumentException("demonstrations have no labels");
        };
    }

    /** From samples as they are read to rows and what is said of them. */
    private record Way<R>(DataKind kind, UnaryOperator<Dataset> change,
            BiFunction<LabelledEncoder, Dataset, EncodedRows<R>> encode, Report<R> report) {}

    private interface Report<R> {
        PreferenceReport of(Dataset dataset, EncodedRows<R> rows, Tokenizer tokenizer);
    }

    private static <R> LabelledText<R> load(Path model, DataSettings data, LabelledSettings labelled, Way<R> way) {
        labelled.requireFor(way.kind(), data);
        Tokenizer tokenizer = HubTokenizer.load(model);
        Optional<ChatTemplate> template = TrainingText.template(model, data);
        ReadOptions options = labelled.readOptions(data, way.kind());
        DataSplit split = DataSplit.byPrompt(data, options);
        LabelledFindings.requireColumns(split.training().schema(), options.columns());
        LabelledEncoder encoder = template
                .map(t -> LabelledEncoder.chat(tokenizer, ConversationRenderer.of(t),
                        labelled.options(data.maxLength())))
                .orElseGet(() -> LabelledEncoder.plain(tokenizer, labelled.options(data.maxLength())));
        Dataset training = way.change().apply(split.training());
        EncodedRows<R> rows = way.encode().apply(encoder, training);
        PreferenceReport report = way.report().of(training, rows, tokenizer);
        for (String warning : LabelledFindings.warnings(split, template)) {
            report = report.warning(warning);
        }
        Optional<Dataset> held = split.evaluation().map(samples -> held(() -> way.change().apply(samples)));
        return new LabelledText<>(tokenizer, template, rows,
                held.map(samples -> held(() -> way.encode().apply(encoder, samples))), report,
                held.orElse(training).samples());
    }

    /** What is wrong with held-out rows is said of them. */
    private static <T> T held(Supplier<T> work) {
        try {
            return work.get();
        } catch (DataException e) {
            throw new DataException("held-out rows: " + e.getMessage(), e);
        }
    }
}
