package dev.hone.model;

import dev.hone.tensor.Decompositions;
import dev.hone.tensor.Decompositions.Singular;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.OptionalInt;

/** PiSSA's start (arXiv 2404.02948, equations 2 and 3): s·B·A is what the largest singular values make of the matrix. */
final class Pissa {
    private Pissa() {}

    /** Writes the start into the factors and gives a frozen copy of it, to be subtracted. */
    static Factors start(Linear linear, Factors factors, OptionalInt iterations, long seed) {
        for (Factors.Part part : factors.parts()) {
            try (Scope scope = Scope.open()) {
                Tensor stored = linear.held().weight().whole(Parameter::value, factors.a().value().dtype())
                        .to(DType.FLOAT32).to(Device.CPU);
                Tensor matrix = (linear.inOut() ? stored.t() : stored).narrow(0, part.start(), part.outputs());
                requireWithin(part, matrix);
                Singular parts = decompose(matrix, part, iterations, seed);
                Tensor roots = parts.s().narrow(0, 0, part.rank()).div(part.scale()).sqrt(); // [rank]
                factors.a().value().narrow(0, part.first(), part.rank())
                        .copyFrom(parts.vt().narrow(0, 0, part.rank()).mul(roots.unsqueeze(1)));
                part.b().value().copyFrom(parts.u().narrow(1, 0, part.rank()).mul(roots));
            }
        }
        return factors.copy().subtracted();
    }

    private static Singular decompose(Tensor matrix, Factors.Part part, OptionalInt iterations, long seed) {
        if (iterations.isEmpty()) {
            return Decompositions.singular(matrix);
        }
        Tensor start = Randomness.of(seed, part.module().hashCode()).normal(1, DType.FLOAT32, Device.CPU,
                matrix.size(1), part.rank());
        return Decompositions.largest(matrix, start, iterations.getAsInt());
    }

    private static void requireWithin(Factors.Part part, Tensor matrix) {
        long most = Math.min(matrix.size(0), matrix.size(1));
        if (part.rank() > most) {
            throw new ModelException("rank " + part.rank() + " for " + part.module() + ": pissa expects at most " + most
                    + ", the smaller size of its matrix. Lower lora_r, or give the module a rank of its own"
                    + " (rank_pattern)");
        }
    }
}
