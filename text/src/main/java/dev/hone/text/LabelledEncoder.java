package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns labelled samples into rows of tokens. A row is a prompt with one answer and its end token; the answer carries weight
 * 1. The prompt's tokens are the same before every answer to it: the prompt is tokenised by itself, an answer as what follows
 * it, and where a token would straddle the boundary the answer is tokenised by itself too. Safe for use by many threads.
 */
public final class LabelledEncoder {
    private static final int EXAMPLES = 5;

    private final Tokenizer tokenizer;
    private final PartsEncoder parts;
    private final LabelledOptions options;
    private final OptionalInt bos;

    private LabelledEncoder(Tokenizer tokenizer, @Nullable ConversationRenderer renderer, LabelledOptions options) {
        this.tokenizer = tokenizer;
        this.parts = new PartsEncoder(tokenizer, renderer);
        this.options = options;
        this.bos = tokenizer.vocabulary().bos();
    }

    /** Writes turns with a chat template, plain texts as they are. */
    public static LabelledEncoder chat(Tokenizer tokenizer, ConversationRenderer renderer, LabelledOptions options) {
        return new LabelledEncoder(tokenizer, renderer, options);
    }

    /** For a model without a chat template: an answer follows its prompt as plain text. */
    public static LabelledEncoder plain(Tokenizer tokenizer, LabelledOptions options) {
        return new LabelledEncoder(tokenizer, null, options);
    }

    /**
     * Preference pairs; a pair of equal answers is left out and counted.
     *
     * @throws DataException if a sample is no pair or cannot be encoded (the first such, with its file and line), or no pair
     *     is left
     */
    public EncodedRows<EncodedPair> pairs(Dataset dataset) { return all(dataset, Preference.class, this::pair); }

    private Fitted<EncodedPair> pair(Preference sample) {
        List<Passage> answers = Stream.concat(Stream.of(sample.chosen(), sample.rejected()),
                sample.reference().stream()).toList();
        PromptParts fitted = fitted(sample.prompt(), answers);
        Encoded chosen = fitted.row(0);
        Encoded rejected = fitted.row(1);
        requireDifferent(chosen, rejected, "chosen and rejected are");
        return new Fitted<>(new EncodedPair(chosen, rejected, fitted.prompt().length, sample.margin(),
                answers.size() > 2 ? Optional.of(fitted.row(2)) : Optional.empty()), fitted.shortened());
    }

    private static void requireDifferent(Encoded one, Encoded other, String what) {
        if (Arrays.equals(one.ids(), other.ids())) {
            throw new EqualAnswersException(what + " the same text (" + one.length()
                    + " tokens with the prompt): nothing can be learned from it; leave the row out or correct it");
        }
    }

    /**
     * Judged answers.
     *
     * @throws DataException as {@link #pairs}, and if all verdicts are the same
     */
    public EncodedRows<EncodedJudged> judged(Dataset dataset) {
        EncodedRows<EncodedJudged> rows = all(dataset, Judged.class, sample -> {
            PromptParts fitted = fitted(sample.prompt(), List.of(sample.completion()));
            return new Fitted<>(new EncodedJudged(fitted.row(0), fitted.prompt().length, sample.desirable()),
                    fitted.shortened());
        });
        long desirable = rows.rows().stream().filter(EncodedJudged::desirable).count();
        if (desirable == 0 || desirable == rows.size()) {
            throw new DataException("all " + rows.size() + " rows (from " + rows.origins().getFirst()
                    + " on) have the label " + (desirable > 0) + ": expected both true and false in field label, since "
                    + "the loss weighs answers to give against answers not to give; add rows of the other kind");
        }
        return rows;
    }

    /** Ranked answers. */
    public EncodedRows<EncodedRanking> rankings(Dataset dataset) {
        return all(dataset, Ranked.class, sample -> {
            PromptParts fitted = fitted(sample.prompt(), sample.answers());
            List<Encoded> rows = IntStream.range(0, sample.answers().size()).mapToObj(fitted::row).toList();
            return new Fitted<>(new EncodedRanking(rows,
                    sample.places().stream().mapToInt(Integer::intValue).toArray(), fitted.prompt().length),
                    fitted.shortened());
        });
    }

    /** Texts with a number. */
    public EncodedRows<EncodedGraded> graded(Dataset dataset) {
        return all(dataset, Graded.class, this::grade);
    }

    /**
     * One text with a number, exactly as {@link #graded(Dataset)} encodes it.
     *
     * @throws DataException if it cannot be encoded, or does not fit the window
     */
    public EncodedGraded graded(Graded sample) { return grade(sample).row(); }

    private Fitted<EncodedGraded> grade(Graded sample) {
        PromptParts fitted = fitted(sample.prompt(), List.of(sample.completion()));
        return new Fitted<>(new EncodedGraded(fitted.row(0), fitted.prompt().length, sample.score()),
                fitted.shortened());
    }

    /** Safety pairs; a pair of equal answers is left out and counted. */
    public EncodedRows<EncodedSafety> safety(Dataset dataset) {
        return all(dataset, SafetyPair.class, sample -> {
            PromptParts fitted = fitted(sample.prompt(), List.of(sample.first(), sample.second()));
            Encoded first = fitted.row(0);
            Encoded second = fitted.row(1);
            requireDifferent(first, second, "both responses are");
            return new Fitted<>(new EncodedSafety(first, second, fitted.prompt().length, new EncodedSafety.Labels(
                    sample.firstBetter(), sample.firstSafer(), sample.firstSafe(), sample.secondSafe())),
                    fitted.shortened());
        });
    }

    /** Solutions in judged steps: the tokens of the steps one after the other, each followed by the separator. */
    public EncodedRows<EncodedSteps> steps(Dataset dataset) {
        int[] separator = tokenizer.encode(options.stepSeparator());
        if (separator.length == 0) {
            throw new DataException("the step separator is empty: expected some text whose last token carries a label");
        }
        return all(dataset, Stepwise.class, sample -> steps(sample, separator));
    }

    private Fitted<EncodedSteps> steps(Stepwise sample, int[] separator) {
        int[] ids = new int[0];
        int[] places = new int[sample.steps().size()];
        boolean[] correct = new boolean[places.length];
        for (int i = 0; i < places.length; i++) {
            ids = PlainTokens.concat(PlainTokens.concat(ids, tokenizer.encode(sample.steps().get(i))), separator);
            places[i] = ids.length - 1;
            correct[i] = sample.correct().get(i);
        }
        PromptParts fitted = new PromptParts(parts.promptAlone(sample.prompt()),
                List.of(PromptParts.Answer.whole(ids)), false).fitted(options.maxLength(), bos);
        int before = fitted.prompt().length;
        return new Fitted<>(new EncodedSteps(fitted.row(0), before, Arrays.stream(places).map(at -> at + before)
                .toArray(), correct), fitted.shortened());
    }

    private PromptParts fitted(Passage prompt, List<Passage> answers) {
        return parts.encode(prompt, answers).fitted(options.maxLength(), bos);
    }

    private record Fitted<R>(R row, boolean shortened) {}

    /** What came of one sample: a row or a problem. */
    private record Attempt<R>(Optional<Fitted<R>> row, Optional<DataException> problem) {
        boolean failed(Predicate<DataException> kind) { return problem.filter(kind).isPresent(); }
    }

    private <S extends Labelled, R> EncodedRows<R> all(Dataset dataset, Class<S> type, Function<S, Fitted<R>> each) {
        List<Attempt<R>> attempts = IntStream.range(0, dataset.size()).parallel()
                .mapToObj(i -> attempt(dataset, i, type, each)).toList();
        attempts.stream().filter(attempt -> attempt.failed(this::ends)).findFirst().ifPresent(attempt -> {
            throw attempt.problem().orElseThrow();
        });
        List<R> rows = new ArrayList<>();
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < attempts.size(); i++) {
            if (attempts.get(i).row().isPresent()) {
                rows.add(attempts.get(i).row().get().row());
                origins.add(dataset.origins().get(i));
            }
        }
        EncodedRows.Counts counts = counts(attempts);
        if (rows.isEmpty()) {
            throw new DataException("none of the " + dataset.size() + " samples can be used: " + counts.equal()
                    + " pairs of equal answers, " + counts.tooLong() + " longer than the window (max_length "
                    + options.maxLength() + "); the first: "
                    + String.join("", counts.examples().stream().limit(1).toList()));
        }
        return new EncodedRows<>(rows, origins, counts);
    }

    private boolean ends(DataException problem) {
        return !(problem instanceof EqualAnswersException)
                && !(problem instanceof TooLongException && options.skipLongRows());
    }

    private <S extends Labelled, R> Attempt<R> attempt(Dataset dataset, int index, Class<S> type,
            Function<S, Fitted<R>> each) {
        Sample sample = dataset.samples().get(index);
        String where = dataset.origins().get(index) + ": ";
        try {
            if (!type.isInstance(sample)) {
                throw new DataException("found a sample of type " + sample.getClass().getSimpleName() + ", expected "
                        + type.getSimpleName() + ": convert the data first");
            }
            return new Attempt<>(Optional.of(each.apply(type.cast(sample))), Optional.empty());
        } catch (TooLongException e) {
            return new Attempt<>(Optional.empty(), Optional.of(new TooLongException(where + e.getMessage())));
        } catch (EqualAnswersException e) {
            return new Attempt<>(Optional.empty(), Optional.of(new EqualAnswersException(where + e.getMessage())));
        } catch (DataException e) {
            return new Attempt<>(Optional.empty(), Optional.of(new DataException(where + e.getMessage(), e)));
        }
    }

    private static <R> EncodedRows.Counts counts(List<Attempt<R>> attempts) {
        int shortened = (int) attempts.stream().flatMap(attempt -> attempt.row().stream()).filter(Fitted::shortened)
                .count();
        int tooLong = (int) attempts.stream().filter(a -> a.failed(TooLongException.class::isInstance)).count();
        int equal = (int) attempts.stream().filter(a -> a.failed(EqualAnswersException.class::isInstance)).count();
        List<String> examples = attempts.stream().flatMap(attempt -> attempt.problem().stream()).limit(EXAMPLES)
                .map(problem -> String.valueOf(problem.getMessage())).toList();
        return new EncodedRows.Counts(attempts.size(), shortened, tooLong, equal, examples);
    }
}
