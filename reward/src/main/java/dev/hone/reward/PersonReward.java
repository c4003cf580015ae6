package dev.hone.reward;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a person: shows prompt and completion and reads a number, y (1), n (0), or s for no score. At the end of the input the
 * rest has none.
 */
public final class PersonReward implements BatchReward {
    /** Characters that could move the cursor, hide text or turn its direction. */
    private static final String UNSEEN = "[\\p{Cc}\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\u061c&&[^\\n\\t]]";

    private final BufferedReader in;
    private final PrintStream out;

    public PersonReward(BufferedReader in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public Calling calling() { return Calling.HERE; }

    @Override
    public List<Score> scoreAll(List<RewardInput> inputs) {
        List<Score> scores = new ArrayList<>();
        for (RewardInput input : inputs) {
            out.println("--- " + (scores.size() + 1) + " of " + inputs.size() + " ---");
            out.println(visible(input.prompt()));
            out.println("---");
            out.println(visible(input.completion()));
            Score score = ask();
            if (score == null) {
                scores.addAll(Guard.all(inputs.size() - scores.size(), Score.unusable("nobody answered")));
                break;
            }
            scores.add(score);
        }
        return List.copyOf(scores);
    }

    private static String visible(String text) { return text.replace("\r\n", "\n").replaceAll(UNSEEN, "\ufffd"); }

    /** Null at the end of the input. */
    private @Nullable Score ask() {
        while (true) {
            out.print("reward (a number, y, n, or s to skip): ");
            out.flush();
            String line = read();
            if (line == null) {
                return null;
            }
            Optional<Score> score = score(line.strip().toLowerCase(Locale.ROOT));
            if (score.isPresent()) {
                return score.get();
            }
            out.println("found " + visible(line.strip()) + ", expected a number, y, n or s");
        }
    }

    private @Nullable String read() {
        try {
            return in.readLine();
        } catch (IOException closed) {
            return null;
        }
    }

    private static Optional<Score> score(String word) {
        return switch (word) {
            case "y", "yes" -> Optional.of(Score.of(true));
            case "n", "no" -> Optional.of(Score.of(false));
            case "s", "skip" -> Optional.of(Score.unusable("skipped"));
            default -> number(word);
        };
    }

    private static Optional<Score> number(String word) {
        try {
            return Optional.of(Score.of(Double.parseDouble(word.replace(',', '.')))).filter(Score::usable);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
