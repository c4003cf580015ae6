package dev.hone.model;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions for names of modules, as PEFT applies them. */
final class Patterns {
    private Patterns() {}

    static Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new ModelException("the pattern " + regex + " for names of modules is no regular expression: "
                    + e.getDescription(), e);
        }
    }

    static boolean matches(String regex, String module) { return compile(regex).matcher(module).matches(); }

    /** The value whose pattern fits the whole name or what comes after one of its dots. */
    static <V> Optional<V> ofEnd(Map<String, V> byPattern, String module) {
        return byPattern.entrySet().stream().filter(entry -> matches("(.*\\.)?(" + entry.getKey() + ")", module))
                .map(Map.Entry::getValue).findFirst();
    }
}
