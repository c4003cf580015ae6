package dev.hone.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with the whitespace rules that the transformers library sets: {@code trim_blocks} and
 * {@code lstrip_blocks} on, one line break at the end dropped, {@code -} and {@code +} at the tags.
 */
final class JinjaLexer {
    private static final int MAX_SOURCE = 1 << 20;
    private static final Pattern TAG = Pattern.compile("\\{[{%#]");
    private static final Pattern RAW = Pattern.compile("\\{%([-+]?)[\\s]*raw[\\s]*(-?)%\\}");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)[\\s]*endraw[\\s]*([-+]?)%\\}");
    private static final Pattern TOKEN = Pattern
            .compile("(?<float>(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+"
                    + "|\\.(?:\\d+_)*\\d+))|(?<int>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*)"
                    + "|(?<name>[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*)|(?<op>//|\\*\\*|[=!<>]=|[-+*/%~\\[\\](){}<>=.:|,;])");
    private static final String CLOSING = ")]}";

    private final String source;
    private final List<JinjaToken> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private JinjaLexer(String source) { this.source = source; }

    static List<JinjaToken> tokens(String template) {
        if (template.length() > MAX_SOURCE) {
            throw new TemplateException(
                    "the chat template has " + template.length() + " characters: at most " + MAX_SOURCE
                            + " are allowed");
        }
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        JinjaLexer lexer = new JinjaLexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.root();
        lexer.add(JinjaToken.Kind.END, "");
        return lexer.tokens;
    }

    static TemplateException error(int line, String message) {
        return new TemplateException("chat template line " + line + ": " + message);
    }

    private void add(JinjaToken.Kind kind, String text) { tokens.add(new JinjaToken(kind, text, line)); }

    private void root() {
        Matcher tag = TAG.matcher(source);
        while (at < source.length()) {
            if (!tag.find(at)) {
                text(source.substring(at));
                at = source.length();
                return;
            }
            Matcher raw = RAW.matcher(source).region(tag.start(), source.length());
            if (raw.lookingAt()) {
                raw(raw);
                continue;
            }
            char type = source.charAt(tag.start() + 1);
            String sign = sign(tag.end());
            text(before(source.substring(at, tag.start()), sign, type != '{'));
            advance(tag.end() + sign.length());
            switch (type) {
                case '#' -> comment();
                case '%' -> inside(JinjaToken.Kind.BLOCK_BEGIN, JinjaToken.Kind.BLOCK_END, "%}");
                default -> inside(JinjaToken.Kind.VARIABLE_BEGIN, JinjaToken.Kind.VARIABLE_END, "}}");
            }
        }
    }

    private String sign(int place) {
        return place < source.length() && "-+".indexOf(source.charAt(place)) >= 0
                ? source.substring(place, place + 1)
                : "";
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(JinjaToken.Kind.TEXT, text);
        }
    }

    /** Moves on, counting lines. */
    private void advance(int to) {
        for (int i = at; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        lineStarts = to > 0 && source.charAt(to - 1) == '\n';
        at = to;
    }

    /** What is left of the text in front of a tag. */
    private String before(String text, String sign, boolean block) {
        if (sign.equals("-")) {
            return JinjaStrings.strip(text, JinjaStrings::isSpace, false, true);
        }
        int start = text.lastIndexOf('\n') + 1;
        boolean alone = (start > 0 || lineStarts) && JinjaStrings.strip(text.substring(start)).isEmpty();
        return block && !sign.equals("+") && alone ? text.substring(0, start) : text;
    }

    /** Steps over the end of a tag of a length and the white space that goes with it. */
    private void close(int length, boolean strip, boolean trimLine) {
        int to = at + length;
        while (strip && to < source.length() && JinjaStrings.isSpace(source.charAt(to))) {
            to++;
        }
        advance(trimLine && !strip && to < source.length() && source.charAt(to) == '\n' ? to + 1 : to);
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw error(line, "a comment {# … #} is not closed");
        }
        char sign = end > at ? source.charAt(end - 1) : ' ';
        advance(end);
        close(2, sign == '-', sign != '+');
    }

    private void raw(Matcher begin) {
        text(before(source.substring(at, begin.start()), begin.group(1), true));
        advance(begin.end());
        close(0, begin.group(2).equals("-"), false);
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw error(line, "{% raw %} is not closed by {% endraw %}");
        }
        text(before(source.substring(at, end.start()), end.group(1), true));
        advance(end.end());
        close(0, end.group(2).equals("-"), !end.group(2).equals("+"));
    }

    private void inside(JinjaToken.Kind begin, JinjaToken.Kind end, String mark) {
        boolean block = end == JinjaToken.Kind.BLOCK_END;
        add(begin, "");
        open.clear();
        while (true) {
            int next = at;
            while (next < source.length() && JinjaStrings.isSpace(source.charAt(next))) {
                next++;
            }
            advance(next);
            if (at == source.length()) {
                throw error(line,
                        block ? "a statement {% … %} is not closed" : "a print statement {{ … }} is not closed");
            }
            String sign = sign(at);
            if (open.isEmpty() && source.startsWith(mark, at + sign.length()) && (block || !sign.equals("+"))) {
                add(end, "");
                close(sign.length() + 2, sign.equals("-"), block && !sign.equals("+"));
                return;
            }
            token();
        }
    }

    private void token() {
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            string(c);
            return;
        }
        Matcher token = TOKEN.matcher(source).region(at, source.length());
        if (!token.lookingAt()) {
            throw error(line, "unexpected character '" + Character.toString(source.codePointAt(at)) + "'");
        }
        String text = token.group();
        if (token.group("op") != null) {
            balance(text);
            add(JinjaToken.Kind.OPERATOR, text);
        } else if (token.group("name") != null) {
            add(JinjaToken.Kind.NAME, text);
        } else {
            boolean real = token.group("float") != null && (at == 0 || source.charAt(at - 1) != '.');
            text = real || token.group("int") != null ? text : text.replaceFirst("[.eE].*", "");
            add(real ? JinjaToken.Kind.FLOAT : JinjaToken.Kind.INTEGER, text);
        }
        advance(at + text.length());
    }

    private void balance(String operator) {
        switch (operator) {
            case "(", "[", "{" -> open.push(CLOSING.charAt("([{".indexOf(operator)));
            case ")", "]", "}" -> {
                if (open.isEmpty() || open.pop() != operator.charAt(0)) {
                    throw error(line, "unexpected '" + operator + "'");
                }
            }
            default -> {
                // no bracket
            }
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw error(line, "a string that begins with " + quote + " is not closed");
        }
        add(JinjaToken.Kind.STRING, JinjaEscapes.decode(source.substring(at + 1, end), line));
        advance(end + 1);
    }
}
