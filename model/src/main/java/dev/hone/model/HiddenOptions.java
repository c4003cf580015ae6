package dev.hone.model;

/**
 * How a training forward pass runs.
 *
 * @param embedded a change of the embedded tokens
 * @param checkpointedLayers how many of the first layers keep nothing and run again in backward
 */
public record HiddenOptions(Decoder.Embedded embedded, int checkpointedLayers) {
    public static final HiddenOptions PLAIN = new HiddenOptions((tape, x, rows) -> x, 0);
}
