package dev.hone.text;

import java.util.List;

/** Where two answers that were written with their prompt part: the prompt is what they share. As TRL's extract_prompt. */
final class CommonPrompt {
    private CommonPrompt() {}

    /**
     * The length of the prompt that two texts share. A blank right before the place where they part belongs to the answers.
     * Where one text is the beginning of the other its last character is left to its answer, so that no answer is empty.
     */
    static int ofTexts(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        int at = 0;
        while (at < shorter && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        boolean parted = at < shorter;
        at = parted ? at : Math.max(0, shorter - 1);
        if (at > 0 && at < one.length() && Character.isLowSurrogate(one.charAt(at))) {
            at--; // never between the two halves of one character
        }
        return parted && at > 0 && one.charAt(at - 1) == ' ' ? at - 1 : at;
    }

    /** How many turns two dialogues share at their beginning; each keeps at least one of its own. */
    static int ofTurns(List<Message> one, List<Message> other) {
        int shorter = Math.min(one.size(), other.size());
        int at = 0;
        while (at < shorter && one.get(at).equals(other.get(at))) {
            at++;
        }
        return at < shorter ? at : Math.max(0, shorter - 1);
    }
}
