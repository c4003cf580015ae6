package dev.hone.config;

/**
 * A key with its value, as found.
 *
 * @param name as written, without the dashes of a flag
 * @param where {@code file:line}, or {@code flag --name}
 */
record Raw(String name, Value value, String where) {}
