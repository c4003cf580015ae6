package dev.hone.text;

/** The escapes of a string literal, those of Python; an unknown one keeps its backslash. */
final class JinjaEscapes {
    private JinjaEscapes() {}

    static String decode(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char c = literal.charAt(at);
            at = c == '\\' ? escape(literal, at + 1, text, line) : plain(c, at, text);
        }
        return text.toString();
    }

    private static int plain(char c, int at, StringBuilder text) {
        text.append(c);
        return at + 1;
    }

    /** Decodes the escape whose letter stands at a place; gives the place after it. */
    private static int escape(String literal, int at, StringBuilder text, int line) {
        char c = literal.charAt(at);
        int simple = "\\'\"abfnrtv".indexOf(c);
        if (simple >= 0) {
            text.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
            return at + 1;
        }
        return switch (c) {
            case '\n' -> at + 1;
            case 'x' -> code(literal, at, 2, text, line);
            case 'u' -> code(literal, at, 4, text, line);
            case 'U' -> code(literal, at, 8, text, line);
            case 'N' -> throw JinjaLexer.error(line, "the escape \\N{…} is not supported: write \\u and the number");
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(literal, at, text);
            default -> {
                text.append('\\').append(c);
                yield at + 1;
            }
        };
    }

    private static int code(String literal, int at, int digits, StringBuilder text, int line) {
        int end = at + 1 + digits;
        String hex = end <= literal.length() ? literal.substring(at + 1, end) : "";
        if (hex.isEmpty() || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)
                || Long.parseLong(hex, 16) > Character.MAX_CODE_POINT) {
            throw JinjaLexer.error(line, "the escape \\" + literal.charAt(at) + " needs " + digits
                    + " hexadecimal digits of a character");
        }
        text.appendCodePoint(Integer.parseInt(hex, 16));
        return end;
    }

    private static int octal(String literal, int at, StringBuilder text) {
        int end = at;
        int value = 0;
        while (end < literal.length() && end < at + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            value = value * 8 + literal.charAt(end++) - '0';
        }
        text.append((char) value);
        return end;
    }
}
