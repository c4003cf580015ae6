package dev.hone.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * The tokenizer of a Hugging Face model folder (tokenizer.json), run by the Rust core of the Hugging Face tokenizers
 * library. Ids, spans and texts agree exactly with Python's.
 */
public final class HubTokenizer implements Tokenizer {
    static {
        // Read when the binding's classes load: no telemetry, and no download of a native library made for some GPU.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }

    private final HuggingFaceTokenizer nativeTokenizer;
    private final Vocabulary vocabulary;

    private HubTokenizer(HuggingFaceTokenizer nativeTokenizer, Vocabulary vocabulary) {
        this.nativeTokenizer = nativeTokenizer;
        this.vocabulary = vocabulary;
    }

    /**
     * Reads the tokenizer of a model folder.
     *
     * @throws DataException if tokenizer.json is missing or damaged, saying what to do
     */
    public static HubTokenizer load(Path modelFolder) {
        Path file = VocabularyReader.tokenizerFile(modelFolder);
        Vocabulary vocabulary = Vocabulary.read(modelFolder);
        try {
            HuggingFaceTokenizer loaded = HuggingFaceTokenizer.builder().optTokenizerPath(file.toAbsolutePath())
                    .optPadding(false).optTruncation(false).build();
            return new HubTokenizer(loaded, vocabulary);
        } catch (Exception e) { // the binding passes on whatever the Rust side threw
            throw new DataException(file + " is not a tokenizer that can be used (" + e.getMessage()
                    + "): it is damaged or newer than this program; save it again with a current transformers", e);
        }
    }

    @Override
    public int[] encode(String text) { return ints(run(text, false).getIds()); }

    @Override
    public int[] encodeWithSpecialTokens(String text) { return ints(run(text, true).getIds()); }

    @Override
    public TokenSpans encodeWithSpans(String text) {
        Encoding encoding = run(text, false);
        CharSpan[] spans = encoding.getCharTokenSpans();
        CodePoints points = new CodePoints(text);
        int[] starts = new int[spans.length];
        int[] ends = new int[spans.length];
        for (int i = 0; i < spans.length; i++) {
            if (spans[i] != null) { // a token that stands for nothing of the text has no span
                starts[i] = points.utf16(spans[i].getStart());
                ends[i] = points.utf16(spans[i].getEnd());
            }
        }
        return new TokenSpans(ints(encoding.getIds()), starts, ends);
    }

    @Override
    public String decode(int[] ids) { return decode(ids, false); }

    @Override
    public String decodeWithoutSpecialTokens(int[] ids) { return decode(ids, true); }

    @Override
    public Vocabulary vocabulary() { return vocabulary; }

    private Encoding run(String text, boolean addSpecialTokens) {
        try {
            return nativeTokenizer.encode(CodePoints.withoutUnpairedSurrogates(text), addSpecialTokens, false);
        } finally {
            Reference.reachabilityFence(this); // the binding frees its memory in a finalizer
        }
    }

    private String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary.size()) {
                throw new DataException("token id " + ids[i] + " at position " + i
                        + " is not in the vocabulary: expected 0 to " + (vocabulary.size() - 1)
                        + "; do the model and the tokenizer belong together?");
            }
            wide[i] = ids[i];
        }
        try {
            return nativeTokenizer.decode(wide, skipSpecialTokens);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static int[] ints(long[] wide) {
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) wide[i];
        }
        return ids;
    }
}
