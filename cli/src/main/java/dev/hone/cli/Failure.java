package dev.hone.cli;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Why a command ended, told to its user: a mistake of theirs in the words of its exception, a failure of ours with a short
 * trace and where to report it.
 *
 * @param cause what was thrown, without the wrappings of threads
 */
record Failure(Throwable cause) {
    private static final int FRAMES = 12;
    private static final int OURS = 1;
    private static final int THEIRS = 2;

    static Failure of(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException
                || cause instanceof ExceptionInInitializerError) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new Failure(cause);
    }

    /** The exceptions that Hone declares are all made for users; what Java says about files is about theirs, too. */
    private boolean isMistake() {
        return cause.getClass().getPackageName().startsWith("dev.hone.") || cause instanceof UncheckedIOException;
    }

    /**
     * Prints it.
     *
     * @return the exit code
     */
    int report(PrintStream err, Map<String, String> environment) {
        boolean traces = "1".equals(environment.get("HONE_DEBUG"));
        if (isMistake()) {
            err.println("hone: " + cause.getMessage());
        } else if (isOutOfMemory()) {
            err.println("hone: out of memory (" + cause.getMessage() + "). " + moreMemory());
        } else {
            err.println("hone: this should not have happened: " + cause);
            if (!traces) {
                Arrays.stream(cause.getStackTrace()).limit(FRAMES).forEach(frame -> err.println("    at " + frame));
            }
            err.println("Please report it on the project's issue page, with the command and what hone doctor prints.");
        }
        if (traces) {
            cause.printStackTrace(err);
        }
        return isMistake() ? THEIRS : OURS;
    }

    private boolean isOutOfMemory() {
        String message = String.valueOf(cause.getMessage());
        return cause instanceof OutOfMemoryError || message.contains("DefaultCPUAllocator")
                || message.contains("CUDA out of memory");
    }

    private String moreMemory() {
        return cause instanceof OutOfMemoryError
                ? "Give Java more with HONE_HEAP (such as HONE_HEAP=8g), or read less data at once."
                : "Use a smaller model, shorter rows (max_length) or fewer of them at once (microbatch_tokens).";
    }
}
