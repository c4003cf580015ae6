package dev.hone.text;

/** One row of a dataset, whatever its file looked like. */
public sealed interface Sample permits Document, Conversation, Labelled {}
