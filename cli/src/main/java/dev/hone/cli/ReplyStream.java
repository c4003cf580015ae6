package dev.hone.cli;

import dev.hone.rollout.GenerationListener;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.Stop;
import dev.hone.rollout.StopReason;
import dev.hone.text.StreamDecoder;
import dev.hone.text.Tokenizer;
import java.util.function.BooleanSupplier;

/**
 * Prints one completion while it is written. Text that may be the beginning of a stop string is held back until it is clear
 * that it is not.
 */
final class ReplyStream implements GenerationListener {
    private final StreamDecoder decoder;
    private final Stop stop;
    private final Terminal terminal;
    private final BooleanSupplier stopped;
    private final StringBuilder written = new StringBuilder();
    private int printed;
    private boolean shortened;

    /** @param stopped whether the user wants no more */
    ReplyStream(Tokenizer tokenizer, Stop stop, Terminal terminal, BooleanSupplier stopped) {
        this.decoder = new StreamDecoder(tokenizer);
        this.stop = stop;
        this.terminal = terminal;
        this.stopped = stopped;
    }

    /** The user wanted no more. */
    static final class StoppedException extends RuntimeException {
        StoppedException() { super("stopped", null, false, false); }
    }

    @Override
    public void onToken(int prompt, int sample, int token) {
        if (!stop.tokens().contains(token)) {
            written.append(decoder.next(token));
            print(written.length() - heldBack());
        }
        if (stopped.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    @Override
    public void onShortened(int prompt, int maxNewTokens) { shortened = true; }

    /** How many of the last characters could begin a stop string. */
    private int heldBack() {
        int held = 0;
        for (String string : stop.strings()) {
            for (int length = Math.min(string.length(), written.length()); length > held; length--) {
                if (string.startsWith(written.substring(written.length() - length))) {
                    held = length;
                }
            }
        }
        return held;
    }

    private void print(int end) {
        if (end > printed) {
            terminal.show(written.substring(printed, end));
            printed = end;
        }
    }

    /**
     * Prints what is left of the finished completion, ends the line, and says so where a limit cut it.
     *
     * @return the completion
     */
    String finish(Rollout rollout) {
        String text = rollout.text().orElse("");
        written.setLength(0);
        written.append(text);
        print(text.length());
        terminal.result("");
        if (rollout.stop() == StopReason.LENGTH && (shortened || terminal.interactive())) {
            terminal.note(shortened
                    ? "(cut: the model reads no more tokens than this)"
                    : "(cut after max_new_tokens, " + rollout.completionIds().length + ")");
        }
        return text;
    }

    /** Ends the line of a completion that was stopped. */
    String stopped() {
        written.append(decoder.flush());
        print(written.length());
        terminal.result("");
        return written.toString();
    }
}
