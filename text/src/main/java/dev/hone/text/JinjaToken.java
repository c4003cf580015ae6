package dev.hone.text;

/**
 * One token of a template.
 *
 * @param kind what it is
 * @param text its characters; of a string the value, of TEXT the text to print
 * @param line where it stands, from 1
 */
record JinjaToken(Kind kind, String text, int line) {
    enum Kind {
        TEXT, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END
    }

    boolean is(Kind wanted) { return kind == wanted; }

    boolean isName(String name) { return kind == Kind.NAME && text.equals(name); }

    boolean isOperator(String operator) { return kind == Kind.OPERATOR && text.equals(operator); }

    String described() {
        return switch (kind) {
            case END -> "the end of the template";
            case TEXT -> "text";
            case BLOCK_END -> "the end of the statement";
            case VARIABLE_END -> "the end of the print statement";
            default -> "'" + text + "'";
        };
    }
}
