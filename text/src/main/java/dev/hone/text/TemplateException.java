package dev.hone.text;

/** A chat template that cannot be read, or that refuses a conversation; the message carries the template's line. */
public final class TemplateException extends DataException {
    public TemplateException(String message) { super(message); }

    public TemplateException(String message, Throwable cause) { super(message, cause); }
}
