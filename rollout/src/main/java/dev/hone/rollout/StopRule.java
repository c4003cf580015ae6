package dev.hone.rollout;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Decides whether a completion ends with its newest token, and what text it then has. */
final class StopRule {
    /** Tokens that spell nothing alone (half a character, a special token) may stand inside a stop string. */
    private static final int SLACK = 8;

    private final Stop stop;
    private final Optional<TokenText> text;
    private final int window;

    StopRule(Stop stop, Optional<TokenText> text) {
        if (!stop.strings().isEmpty() && text.isEmpty()) {
            throw new IllegalArgumentException("stop strings " + stop.strings()
                    + " without a way from tokens to text: give the engine a TokenText");
        }
        this.stop = stop;
        this.text = text;
        this.window = SLACK + stop.strings().stream()
                .mapToInt(string -> string.getBytes(StandardCharsets.UTF_8).length).max().orElse(0);
    }

    /**
     * @param ids the completion so far, in an array that may be longer
     * @param count how many of them
     * @param limit the longest completion
     */
    Optional<StopReason> reason(int[] ids, int count, int limit) {
        if (stop.tokens().contains(ids[count - 1])) {
            return Optional.of(StopReason.END_TOKEN);
        }
        if (endsWithString(ids, count)) {
            return Optional.of(StopReason.STOP_STRING);
        }
        return count == limit ? Optional.of(StopReason.LENGTH) : Optional.empty();
    }

    private boolean endsWithString(int[] ids, int count) {
        if (stop.strings().isEmpty()) {
            return false;
        }
        // a token spells a byte or more, so the newest ones are enough to rule a string out
        TokenText decode = text.orElseThrow();
        String newest = decode.text(Arrays.copyOfRange(ids, Math.max(0, count - window), count));
        return firstString(newest) >= 0 && firstString(decode.text(Arrays.copyOf(ids, count))) >= 0;
    }

    /** Where the first of the stop strings begins, -1 where there is none. */
    private int firstString(String where) {
        return stop.strings().stream().mapToInt(where::indexOf).filter(at -> at >= 0).min().orElse(-1);
    }

    /** The finished completion in words. */
    Optional<String> text(int[] ids, StopReason reason) {
        return text.map(decode -> {
            String whole = decode.text(reason == StopReason.END_TOKEN ? Arrays.copyOf(ids, ids.length - 1) : ids);
            return reason == StopReason.STOP_STRING ? whole.substring(0, firstString(whole)) : whole;
        });
    }
}
