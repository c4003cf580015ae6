package dev.hone.text;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What a method asks of its data; it decides how the columns of a file are read. */
public enum DataKind {
    /** Text to imitate. */
    DEMONSTRATIONS("demonstrations", Shape.MESSAGES, Shape.PROMPT_COMPLETION, Shape.INSTRUCTION, Shape.TEXT),
    /** Pairs of a better and a worse answer; lists with scores or in order become pairs. */
    PREFERENCES("preference pairs", Shape.PREFERENCE, Shape.SAFETY, Shape.SCORED, Shape.RANKED),
    /** Single answers with a verdict; pairs are taken apart. */
    JUDGED("judged answers", Shape.JUDGED, Shape.PREFERENCE),
    /** Answers in order; scores give one, and a pair is a list of two. */
    RANKED("ranked answers", Shape.SCORED, Shape.RANKED, Shape.PREFERENCE),
    /** Texts with a number: a score, or a class. */
    GRADED("texts with a score or class", Shape.GRADED),
    /** Pairs with labels of safety. */
    SAFETY("pairs with safety labels", Shape.SAFETY),
    /** Solutions whose steps are judged. */
    STEPS("judged steps", Shape.STEPS);

    private final String title;
    private final List<Shape> shapes;

    DataKind(String title, Shape... shapes) {
        this.title = title;
        this.shapes = List.of(shapes);
    }

    /** The name that is shown. */
    public String title() { return title; }

    /** The shapes that serve, in the order in which they are looked for. */
    public List<Shape> shapes() {
        return shapes;
    }

    /** The kind that a shape belongs to before all others. */
    static DataKind of(Shape shape) {
        return Arrays.stream(values()).filter(kind -> kind.shapes.contains(shape)).findFirst().orElseThrow();
    }

    String examples() { return shapes.stream().map(Shape::example).collect(Collectors.joining("\n  ", "\n  ", "")); }
}
