package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * What an objective made of its signals.
 *
 * @param value [] float32, connected to the signals so that libtorch can differentiate it
 */
public record Loss(Tensor value) {}
