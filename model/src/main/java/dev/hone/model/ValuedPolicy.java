package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** A policy and the heads on its hidden states that say what states and tokens are worth. They are saved into one folder. */
public final class ValuedPolicy implements Model {
    private final Decoder policy;
    private final ActionValues heads;

    /** Takes both over. */
    public ValuedPolicy(Decoder policy, ActionValues heads) {
        this.policy = policy;
        this.heads = heads;
    }

    /** What writes. */
    public Decoder policy() { return policy; }

    /** What judges tokens. */
    public ActionValues heads() { return heads; }

    @Override
    public Backbone backbone() { return policy; }

    /** Those of the policy first. */
    @Override
    public List<Parameter> parameters() {
        return Stream.concat(policy.parameters().stream(), heads.parameters()).toList();
    }

    @Override
    public List<Parameter> followers() { return heads.followers(); }

    /** The policy's. */
    @Override
    public Optional<Adapter> adapter() { return policy.adapter(); }

    @Override
    public int vocabularyHeads() { return 1 + heads.heads().size(); }

    /** That of the policy. */
    @Override
    public ObjectNode savedConfig() { return policy.savedConfig(); }

    @Override
    public List<Part> parts() { return policy.parts(); }

    @Override
    public void saveBeside(Path folder, Function<Parameter, Tensor> weights) { heads.save(folder, weights); }

    @Override
    public void close() {
        policy.close();
        heads.close();
    }
}
