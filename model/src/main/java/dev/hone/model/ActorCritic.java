package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * A policy and the critics that judge its states while it learns from rewards: one for rewards, one more for costs, or none.
 * It is saved as what it is made of.
 */
public final class ActorCritic implements Model {
    private final Decoder policy;
    private final List<Critic> critics;

    /** Takes both over. */
    public ActorCritic(Decoder policy, List<Critic> critics) {
        this.policy = policy;
        this.critics = List.copyOf(critics);
        for (Critic critic : critics) {
            critic.parameters().forEach(parameter -> parameter.role(critic.role() + "."));
        }
    }

    /** What writes. */
    public Decoder policy() { return policy; }

    /** What judges. */
    public List<Critic> critics() { return critics; }

    @Override
    public Backbone backbone() { return policy; }

    /** Those of the policy first. */
    @Override
    public List<Parameter> parameters() {
        return Stream.concat(policy.parameters().stream(),
                critics.stream().flatMap(critic -> critic.parameters().stream())).toList();
    }

    /** The policy's. */
    @Override
    public Optional<Adapter> adapter() { return policy.adapter(); }

    /** That of the policy. */
    @Override
    public ObjectNode savedConfig() { return policy.savedConfig(); }

    @Override
    public List<Part> parts() {
        return Stream.concat(policy.parts().stream(),
                critics.stream()
                        .flatMap(critic -> critic.model().stream().map(model -> new Part(critic.role(), model))))
                .toList();
    }

    @Override
    public void close() {
        policy.close();
        critics.forEach(Critic::close);
    }
}
