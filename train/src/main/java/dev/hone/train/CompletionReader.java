package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.model.TokenHead;
import dev.hone.objective.Metrics;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TokenScores;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads answers token by token: log-probs to differentiate, and what else the scores say. */
final class CompletionReader {
    private static final int ENTROPY = 0;
    private static final int CORRECT = 1;
    private static final int COLLISIONS = 2;
    private static final int MEAN_SCORES = 3;
    private static final int REFERENCE = 4;

    private final Decoder policy;
    private final HiddenOptions options;
    private final Optional<MovingReference> moving;
    private final double temperature;

    CompletionReader(Decoder policy, HiddenOptions options, Optional<MovingReference> moving) {
        this(policy, options, moving, 1);
    }

    /** @param temperature of the distribution whose log-probs are read */
    CompletionReader(Decoder policy, HiddenOptions options, Optional<MovingReference> moving, double temperature) {
        this.policy = policy;
        this.options = options;
        this.moving = moving;
        this.temperature = temperature;
    }

    Decoder policy() { return policy; }

    Optional<MovingReference> moving() { return moving; }

    /** Log-probs of the read tokens of sequences. */
    Outputs outputs(Tape tape, List<Packed> packed, long read) {
        Packed all = Packer.join(packed);
        Rows rows = Rows.rounded(all, policy.vocabulary(), policy.device());
        TokenScores.Readings said = policy.head().readings(tape, policy.hidden(tape, rows, options), rows,
                new TokenHead.Reading(temperature, false));
        List<Tensor> seen = new ArrayList<>(List.of(said.entropy().narrow(0, 0, read),
                said.correct().narrow(0, 0, read), said.collisions().narrow(0, 0, read),
                said.meanScores().narrow(0, 0, read)));
        moving.ifPresent(reference -> seen.add(reference.logProbs(rows).narrow(0, 0, read)));
        return new Outputs(said.logProbs(), read, seen);
    }

    /** The outputs by name. */
    ReadTokens.Said said(Outputs outputs) {
        return new ReadTokens.Said(outputs.first(), Optional.of(outputs.observed().get(COLLISIONS)),
                moving.map(reference -> outputs.observed().get(REFERENCE)));
    }

    /** The mean score over the vocabulary in the place of log-probs, to be cut up like them. */
    static ReadTokens.Said meanScores(Outputs outputs) {
        return new ReadTokens.Said(outputs.observed().get(MEAN_SCORES), Optional.empty(), Optional.empty());
    }

    /** How sure the policy is of the read tokens, and how often right. */
    static Metrics metrics(Outputs outputs) {
        return new Metrics().mean("entropy", outputs.observed().get(ENTROPY)).mean("mean_token_accuracy",
                outputs.observed().get(CORRECT));
    }
}
