package dev.hone.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the folders that checkpoints are, become and were. */
final class CheckpointName {
    static final String PREFIX = "checkpoint-";
    /** The file that names the best checkpoint. */
    static final String BEST = "best";

    private static final Pattern CHECKPOINT = Pattern.compile(PREFIX + "(0|[1-9][0-9]{0,17})");
    private static final Pattern ASIDE = Pattern
            .compile("(" + CHECKPOINT.pattern() + ")\\.(tmp|old)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private CheckpointName() {}

    static String of(long step) { return PREFIX + step; }

    /** The step of a checkpoint's folder, empty for any other name. */
    static OptionalLong step(String name) {
        Matcher matcher = CHECKPOINT.matcher(name);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    /** A new name for a folder being written or deleted, which a killed process may leave behind. */
    static Path temporary(Path checkpoint) {
        return checkpoint.resolveSibling(checkpoint.getFileName() + ".tmp-" + UUID.randomUUID());
    }

    /** A new name for a whole checkpoint that makes room for another one of the same step. */
    static Path old(Path checkpoint) {
        return checkpoint.resolveSibling(checkpoint.getFileName() + ".old-" + UUID.randomUUID());
    }

    /** Whether a folder is one that {@link #temporary} or {@link #old} named. */
    static boolean aside(String name) {
        return ASIDE.matcher(name).matches();
    }

    /** The checkpoint that an {@link #old} folder was, empty for any other name. */
    static Optional<String> formerly(String name) {
        Matcher matcher = ASIDE.matcher(name);
        return matcher.matches() && matcher.group(3).equals("old")
                ? Optional.of(matcher.group(1))
                : Optional.empty();
    }
}
