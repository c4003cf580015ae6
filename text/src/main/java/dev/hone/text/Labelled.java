package dev.hone.text;

/** A row that says how good an answer to its prompt is, rather than only which answer to give. */
public sealed interface Labelled extends Sample
        permits Preference, Judged, Ranked, Scored, Graded, SafetyPair, Stepwise {
    /** What is answered. */
    Passage prompt();
}
