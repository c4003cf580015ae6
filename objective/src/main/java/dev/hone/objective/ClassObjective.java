package dev.hone.objective;

/** An objective on classes, of whole answers or of their steps. */
public interface ClassObjective extends Objective<ClassSignals> {

    /** How many classes there are. */
    int classes();

    /** Whether each step of an answer has a class, rather than the answer as a whole. */
    boolean ofSteps();
}
