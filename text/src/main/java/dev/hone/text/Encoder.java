package dev.hone.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns samples into rows of tokens with a weight for each. Weights come from positions in the text (generation marks, or
 * where a reply was rendered), never from searching for marker text and never from comparing ids with the padding token; the
 * end token of a reply always carries loss. Safe for use by many threads.
 */
public final class Encoder {
    private final Tokenizer tokenizer;
    private final @Nullable ConversationRenderer renderer;
    private final EncodeOptions options;
    private final PlainTokens plain;

    private Encoder(Tokenizer tokenizer, @Nullable ConversationRenderer renderer, EncodeOptions options) {
        this.tokenizer = tokenizer;
        this.renderer = renderer;
        this.options = options;
        this.plain = new PlainTokens(tokenizer);
    }

    /** Writes conversations with a chat template. */
    public static Encoder chat(Tokenizer tokenizer, ConversationRenderer renderer, EncodeOptions options) {
        return new Encoder(tokenizer, renderer, options);
    }

    /** For a model without a chat template: a completion follows its prompt as plain text, and the end token follows it. */
    public static Encoder plain(Tokenizer tokenizer, EncodeOptions options) {
        return new Encoder(tokenizer, null, options);
    }

    /**
     * Encodes all samples, on all processors; the rows are in the order of the samples.
     *
     * @throws DataException if a sample cannot be encoded (the first such, with its file and line) or no row is left that
     *     has a token with loss
     */
    public EncodedDataset encode(Dataset dataset) {
        List<Attempt> attempts = IntStream.range(0, dataset.size()).parallel()
                .mapToObj(i -> attempt(dataset.samples().get(i), dataset.origins().get(i))).toList();
        attempts.stream().map(Attempt::problem).flatMap(Optional::stream).findFirst().ifPresent(problem -> {
            throw problem;
        });
        List<Encoded> rows = attempts.stream().map(Attempt::row).filter(row -> row.trainedTokens() > 0).toList();
        int truncated = (int) attempts.stream().filter(attempt -> attempt.fullLength() > options.maxLength()).count();
        if (rows.isEmpty()) {
            throw new DataException("none of the " + dataset.size()
                    + " samples has a token that carries loss with loss mode "
                    + options.loss() + " and max_length " + options.maxLength() + " (" + truncated
                    + " were truncated): training would learn nothing; expected replies of the assistant inside the window, "
                    + "so look at the first sample (" + dataset.origins().getFirst()
                    + "), raise max_length or choose another loss");
        }
        int[] lengths = attempts.stream().mapToInt(Attempt::fullLength).toArray();
        return new EncodedDataset(rows, lengths, truncated, dataset.size() - rows.size());
    }

    /** What came of one sample: its row and its length before truncation, or a problem. */
    private record Attempt(Encoded row, int fullLength, Optional<DataException> problem) {}

    private Attempt attempt(Sample sample, Origin origin) {
        try {
            Encoded whole = whole(sample);
            return new Attempt(truncated(whole), whole.length(), Optional.empty());
        } catch (DataException e) {
            return new Attempt(new Encoded(new int[0], new float[0]), 0,
                    Optional.of(new DataException(origin + ": " + e.getMessage(), e)));
        }
    }

    /**
     * Encodes one sample, truncated to the window. The row may have no token with loss.
     *
     * @throws DataException if the sample does not fit the loss mode or the template
     */
    public Encoded encode(Sample sample) { return truncated(whole(sample)); }

    private Encoded whole(Sample sample) {
        return switch (sample) {
            case Document document -> document(document.text());
            case Conversation conversation -> renderer == null
                    ? joined(conversation)
                    : rendered(conversation.messages(), conversation.tools().isEmpty()
                            ? renderer
                            : renderer.withTools(conversation.tools()));
            case Labelled labelled -> throw new DataException("found a sample of "
                    + labelled.getClass().getSimpleName().toLowerCase(Locale.ROOT)
                    + " data, expected a demonstration: such samples are encoded by LabelledEncoder");
        };
    }

    private Encoded joined(Conversation conversation) {
        if (!conversation.tools().isEmpty()) {
            throw new DataException("a conversation with " + conversation.tools().size()
                    + " tools needs a chat template that writes them, and there is none: choose one with chat_template, or"
                    + " take the column tools out of the data");
        }
        return promptAndCompletion(conversation.messages());
    }

    private Encoded document(String text) {
        if (options.loss() != LossMode.ALL) {
            throw new DataException("plain text has no "
                    + (options.loss() == LossMode.COMPLETION_ONLY ? "completion" : "assistant turns")
                    + " to take the loss from: expected prompts with completions or dialogues, or train on all tokens");
        }
        int[] ids = plain.withEnd(plain.prompt(text));
        return new Encoded(ids, weightFrom(1, ids.length));
    }

    private Encoded rendered(List<Message> messages, ConversationRenderer with) {
        RenderedText rendered = with.render(messages, false);
        if (options.loss() == LossMode.ALL) {
            int[] ids = tokenizer.encode(rendered.text());
            return new Encoded(ids, weightFrom(1, ids.length));
        }
        ReplySpans replies = new ReplySpans(with, messages, rendered);
        List<Span> spans = options.loss() == LossMode.COMPLETION_ONLY ? replies.last() : replies.all();
        TokenSpans tokens = tokenizer.encodeWithSpans(rendered.text());
        float[] weight = new SpanWeights(rendered.text(), tokens, tokenizer.vocabulary()).of(spans,
                with.marksGeneration());
        return new Encoded(tokens.ids(), weight);
    }

    private Encoded promptAndCompletion(List<Message> messages) {
        if (messages.size() != 2 || messages.getFirst().role() != Role.USER
                || messages.getLast().role() != Role.ASSISTANT) {
            String roles = messages.stream().map(message -> message.role().text()).limit(8)
                    .collect(Collectors.joining(", "));
            throw new DataException("a dialogue of " + messages.size() + " turns (" + roles
                    + ") needs a chat template, and the model has none: expected a prompt with its completion; "
                    + "give the run a chat template, for example a built-in one");
        }
        int[] prompt = plain.prompt(messages.getFirst().content());
        int[] completion = plain.completion(messages.getFirst().content(), prompt, messages.getLast().content());
        int[] ids = plain.withEnd(PlainTokens.concat(prompt, completion));
        int first = options.loss() == LossMode.ALL ? 1 : prompt.length;
        return new Encoded(ids, weightFrom(first, ids.length));
    }

    private Encoded truncated(Encoded whole) {
        int excess = whole.length() - options.maxLength();
        if (excess <= 0) {
            return whole;
        }
        return options.truncation() == Truncation.KEEP_START
                ? whole.part(0, options.maxLength())
                : whole.part(excess, whole.length());
    }

    private static float[] weightFrom(int first, int length) {
        float[] weight = new float[length];
        Arrays.fill(weight, Math.min(length, Math.max(1, first)), length, 1);
        return weight;
    }
}
