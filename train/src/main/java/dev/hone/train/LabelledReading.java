package dev.hone.train;

/** What a lesson tells of labelled data. */
final class LabelledReading {
    private LabelledReading() {}

    static Lesson.Reading of(LabelledText<?> text) {
        return new Lesson.Reading(text.tokenizer(), text.template(), text.report().schema().describe(),
                text.report().warnings());
    }
}
