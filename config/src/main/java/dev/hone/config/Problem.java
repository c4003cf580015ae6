package dev.hone.config;

/**
 * One mistake in a configuration.
 *
 * @param key the key it is about, as the user knows it
 * @param found what was given
 * @param expected what is accepted
 * @param where file and line, or flag; empty where it is not known, as for a record made in code
 * @param advice what to do, as a sentence
 */
public record Problem(String key, String found, String expected, String where, String advice) {
    /** The mistake in one line: found, expected, where, do this. */
    public String text() {
        return key + ": found " + found + ", expected " + expected + (where.isEmpty() ? "" : " (" + where + ")") + "."
                + (advice.isEmpty() ? "" : " " + advice);
    }

    Problem at(String place) { return new Problem(key, found, expected, place, advice); }
}
