package dev.hone.reward;

/**
 * A text that ends the work of a regular expression on it once the thread is interrupted: some expressions take time
 * exponential in the length of the text, and nothing else stops them.
 *
 * @param text the text
 */
record InterruptibleText(CharSequence text) implements CharSequence {
    @Override
    public char charAt(int index) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted while matching");
        }
        return text.charAt(index);
    }

    @Override
    public int length() { return text.length(); }

    @Override
    public CharSequence subSequence(int start, int end) { return new InterruptibleText(text.subSequence(start, end)); }

    @Override
    public String toString() { return text.toString(); }
}
