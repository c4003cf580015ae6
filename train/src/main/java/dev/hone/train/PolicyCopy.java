package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.Decoder;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A second model that takes over what the policy has learned, now and then. Of a policy with an adapter that is the adapter. */
final class PolicyCopy implements AutoCloseable {
    private final Decoder copy;
    private final Decoder policy;
    private final String role;

    /**
     * @param copy of the same parameters, which is taken over
     * @param role what its weights are called in checkpoints
     */
    PolicyCopy(Decoder copy, Decoder policy, String role) {
        this.copy = copy;
        this.policy = policy;
        this.role = role;
    }

    Decoder decoder() { return copy; }

    private static List<Parameter> learned(Decoder model) {
        return model.adapter().map(Adapter::parameters).orElseGet(model::parameters);
    }

    /** Becomes share·policy + (1 − share)·copy; with 1 the policy, bit for bit. What both share stands still. */
    void follow(double share) {
        List<Parameter> own = learned(copy);
        List<Parameter> other = learned(policy);
        for (int i = 0; i < own.size(); i++) {
            if (copy.borrowed().contains(own.get(i))) {
                continue;
            }
            try (Scope scope = Scope.open()) {
                Tensor value = own.get(i).value();
                Tensor now = other.get(i).value();
                value.copyFrom(share == 1 ? now : now.mul(share).add(value.mul(1 - share)));
            }
        }
    }

    /** Its own weights, for checkpoints. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        learned(copy).stream().filter(parameter -> !copy.borrowed().contains(parameter))
                .forEach(parameter -> weights.put(role + "." + parameter.name(), parameter.value()));
        return weights;
    }

    @Override
    public void close() { copy.close(); }
}
