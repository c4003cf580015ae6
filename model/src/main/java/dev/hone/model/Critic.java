package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** What says how much reward a state still has to expect: one number at every token. */
public sealed interface Critic extends AutoCloseable permits Critic.Separate, Critic.Shared {

    /** What it is called among the models of a run: {@code critic}, {@code cost_critic}. */
    String role();

    /**
     * The values of all rows.
     *
     * @param hidden of the policy for the same rows, [T, D]
     * @return [T, 1] float32; entry i is the value of the state after token i
     */
    Tensor values(Tape tape, Rows rows, Tensor hidden, HiddenOptions options);

    List<Parameter> parameters();

    /** From hidden states to values. */
    ScalarHead head();

    /** What is saved beside the policy, where it is a model of its own. */
    Optional<Model> model();

    @Override
    void close();

    /**
     * A model of its own, which may begin as a reward model.
     *
     * @param model with one label
     */
    record Separate(String role, RewardModel reward) implements Critic {
        public Separate {
            if (reward.labels() != 1) {
                throw new ModelException("a critic with " + reward.labels()
                        + " labels, expected 1: a value is one number. Start it from a reward model or a language model");
            }
        }

        @Override
        public Tensor values(Tape tape, Rows rows, Tensor hidden, HiddenOptions options) {
            return reward.tokenScores(tape, rows, options);
        }

        @Override
        public List<Parameter> parameters() { return reward.parameters(); }

        @Override
        public ScalarHead head() { return reward.head(); }

        @Override
        public Optional<Model> model() { return Optional.of(reward); }

        @Override
        public void close() { reward.close(); }
    }

    /**
     * A head on the policy's own hidden states, whose gradient reaches the policy.
     *
     * @param head with one label
     */
    record Shared(String role, ScalarHead head) implements Critic {
        /** A fresh head for a policy, whose values start near 0. */
        public static Shared of(String role, Decoder policy, long seed) {
            return new Shared(role, ScalarHead.make(HeadPlan.VALUE, policy.width(), 1,
                    ParameterSource.random(seed, policy.dtype(), policy.device()),
                    1 / Math.sqrt(policy.width() + 1.0)));
        }

        @Override
        public Tensor values(Tape tape, Rows rows, Tensor hidden, HiddenOptions options) {
            return head.scores(tape, hidden);
        }

        @Override
        public List<Parameter> parameters() { return head.parameters().toList(); }

        @Override
        public Optional<Model> model() { return Optional.empty(); }

        @Override
        public void close() { parameters().forEach(Parameter::close); }
    }
}
