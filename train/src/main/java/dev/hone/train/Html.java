package dev.hone.train;

/** Text from anywhere, made safe to stand in HTML and SVG, between tags and inside quoted attributes. */
final class Html {
    private Html() {}

    /**
     * Escapes markup. What no document may hold (control characters, lone surrogates) becomes a visible picture or the
     * replacement character.
     */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(drawable(c));
            }
        });
        return safe.toString();
    }

    private static int drawable(int c) {
        if (c == '\n' || c == '\t') {
            return c;
        }
        if (c < 0x20) {
            return 0x2400 + c;
        }
        boolean forbidden = c >= 0x7f && c < 0xa0 || c >= 0xd800 && c < 0xe000 || (c & 0xfffe) == 0xfffe
                || c >= 0xfdd0 && c <= 0xfdef;
        // Marks that reorder the text around them could make a sample look like something else.
        boolean reorders = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        return forbidden || reorders ? 0xfffd : c;
    }
}
