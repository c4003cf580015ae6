package dev.hone.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used: every mistake that was found, not only the first. */
public final class ConfigException extends RuntimeException {
    private static final int SHOWN = 200;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public ConfigException(List<Problem> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(Problem problem) { this(List.of(problem)); }

    /** All mistakes, in the order in which they were found. */
    public List<Problem> problems() { return problems; }

    private static String message(List<Problem> problems) {
        String lines = problems.stream().limit(SHOWN).map(problem -> "\n  " + problem.text())
                .collect(Collectors.joining());
        String rest = problems.size() > SHOWN ? "\n  … and " + (problems.size() - SHOWN) + " more" : "";
        String count = problems.size() == 1 ? "1 mistake" : problems.size() + " mistakes";
        return count + " in the configuration:" + lines + rest;
    }
}
