package dev.hone.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Texts with choices: {@code [a|b|]} stands for one of its alternatives, which may hold further choices, and
 * <code>{name}</code> for a slot, whose value may hold choices too. A slot written with a capital gives its value with a
 * capital.
 */
final class WorldGrammar {
    private final Random random;
    private final Map<String, String> slots;

    private WorldGrammar(Random random, Map<String, String> slots) {
        this.random = random;
        this.slots = slots;
    }

    /**
     * One of the texts that {@code template} stands for, each line a sentence or more that begins with a capital; lines
     * are joined by spaces and those that come out empty are left out.
     */
    static String expand(String template, Map<String, String> slots, Random random) {
        WorldGrammar grammar = new WorldGrammar(random, slots);
        List<String> lines = new ArrayList<>();
        for (String line : template.strip().split("\n")) {
            String text = grammar.choose(line).strip();
            if (!text.isEmpty()) {
                lines.add(capital(text));
            }
        }
        return String.join(" ", lines);
    }

    /** The text with its first letter, perhaps behind a quotation mark, in upper case. */
    static String capital(String text) {
        int at = text.startsWith("\"") ? 1 : 0;
        return text.substring(0, at) + Character.toUpperCase(text.charAt(at)) + text.substring(at + 1);
    }

    private String choose(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[') {
                int end = close(text, i);
                List<String> choices = alternatives(text.substring(i + 1, end));
                out.append(choose(choices.get(random.nextInt(choices.size()))));
                i = end;
            } else if (c == '{') {
                int end = text.indexOf('}', i);
                out.append(slot(text.substring(i + 1, end)));
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private String slot(String name) {
        String value = slots.get(name);
        if (value != null)
            return choose(value);
        String small = slots.get(Character.toLowerCase(name.charAt(0)) + name.substring(1));
        if (small == null) {
            throw new IllegalArgumentException("no slot {" + name + "}: expected one of " + slots.keySet());
        }
        return capital(choose(small));
    }

    private static int close(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
            if (depth == 0)
                return i;
        }
        throw new IllegalArgumentException("a '[' without its ']' in: " + text);
    }

    private static List<String> alternatives(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == '|' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }
}
