package dev.hone.text;

import java.util.List;

/** The tokens of a template and the place in them; the nesting depth of what is being parsed. */
final class JinjaTokens {
    private static final int MAX_DEPTH = 150;

    private final List<JinjaToken> tokens;
    private int at;
    private int depth;

    JinjaTokens(List<JinjaToken> tokens) { this.tokens = tokens; }

    JinjaToken current() { return tokens.get(at); }

    JinjaToken following() { return tokens.get(Math.min(at + 1, tokens.size() - 1)); }

    int line() { return current().line(); }

    JinjaToken next() {
        JinjaToken token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean skipOperator(String operator) {
        boolean there = current().isOperator(operator);
        at += there ? 1 : 0;
        return there;
    }

    boolean skipName(String name) {
        boolean there = current().isName(name);
        at += there ? 1 : 0;
        return there;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String expect(JinjaToken.Kind kind, String expected) {
        if (!current().is(kind)) {
            throw unexpected(expected);
        }
        return next().text();
    }

    TemplateException unexpected(String expected) {
        return error("expected " + expected + ", found " + current().described());
    }

    TemplateException error(String message) { return JinjaLexer.error(line(), message); }

    /** One level deeper; pair with {@link #leave}. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw error("nested too deeply: more than " + MAX_DEPTH + " levels of statements and brackets");
        }
    }

    void leave() { depth--; }
}
