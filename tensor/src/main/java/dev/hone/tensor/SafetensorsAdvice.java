package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;

/** What to do about files that are not what their name says, and about names that no file holds. */
final class SafetensorsAdvice {
    /** Pickle runs code while it is read; that is why no reader for it exists here. */
    static final String CONVERT = "Pickle files can run code when they are opened, so Hone does not read them: open the model "
            + "with Python and save it with safe serialization: model.save_pretrained(folder, safe_serialization=True).";
    private static final String AGAIN = "The file is damaged or not in safetensors format: fetch or save it again.";

    private SafetensorsAdvice() {}

    /** The advice for a file whose first bytes are not those of a safetensors file. */
    static String forFile(byte[] first) {
        String text = new String(first, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version ")) {
            return "It looks like a Git LFS pointer, which stands for the file: run 'git lfs pull' in its folder.";
        }
        if (text.startsWith("PK") || text.startsWith("\u0080")) {
            return "It looks like a pickle file of PyTorch. " + CONVERT;
        }
        if (text.startsWith("GGUF")) {
            return "It is a GGUF file: take the model's safetensors release.";
        }
        if (text.startsWith("<")) {
            return "It looks like a web page that was saved in its place: fetch the file itself.";
        }
        return AGAIN;
    }

    /** The words for a name that is not among {@code known}: how many there are, and the most alike. */
    static String nearest(String name, Collection<String> known) {
        return known.stream().max(Comparator.comparingInt(candidate -> likeness(name, candidate)))
                .map(best -> "one of its " + known.size() + " tensors, of which " + quoted(best) + " is the most alike")
                .orElse("a file that holds tensors");
    }

    /** Characters shared at both ends: tensor names differ by a prefix, a layer number or a suffix far more than by a typo. */
    private static int likeness(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        int head = 0;
        while (head < shorter && a.charAt(head) == b.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head && a.charAt(a.length() - 1 - tail) == b.charAt(b.length() - 1 - tail)) {
            tail++;
        }
        return head + tail;
    }
}
