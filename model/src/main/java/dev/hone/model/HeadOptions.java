package dev.hone.model;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a model gets when it is to give scores.
 *
 * @param labels how many numbers for each sequence; 1 for a reward
 * @param pooling which hidden state is scored; empty for the usual one: what a saved model says, else the last token of a
 *     decoder and the first of an encoder
 * @param padToken the tokenizer's padding token, for the saved configuration: other tools pad and look for its place;
 *     empty to keep the one in config.json
 * @param seed for the weights of a fresh head
 */
public record HeadOptions(int labels, Optional<Pooling> pooling, OptionalInt padToken, long seed) {
    public HeadOptions {
        if (labels < 1) {
            throw new IllegalArgumentException("labels is " + labels + ": expected at least 1");
        }
    }

    /** One number for each sequence. */
    public static HeadOptions reward(long seed) {
        return new HeadOptions(1, Optional.empty(), OptionalInt.empty(), seed);
    }

    public HeadOptions withLabels(int count) { return new HeadOptions(count, pooling, padToken, seed); }

    public HeadOptions withPooling(Pooling which) {
        return new HeadOptions(labels, Optional.of(which), padToken, seed);
    }

    public HeadOptions withPadToken(int id) { return new HeadOptions(labels, pooling, OptionalInt.of(id), seed); }
}
