import dev.hone.model.Critic;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Encoded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Packer;
import dev.hone.train.AdamW;
import dev.hone.train.GradientClip;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Proximal policy optimisation (arXiv 1707.06347) by hand: rollout, reward, generalised advantages, clipped surrogate,
 * backward, step. It is what {@code hone ppo} does, without trainer, jobs and settings.
 *
 * <p>Leaves out: a reference that the policy is held near to (subtract kl_coef·(log π − log π_ref) from each token's reward),
 * mini-batches, checkpoints, metrics. The reward is the share of vowels, which even a model of 25,000 numbers can earn.
 *
 * <p>Run it (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/PpoLoop.java testkit/src/main/resources/golden/runs/init
 * </pre>
 *
 * Last lines:
 *
 * <pre>
 * step 20: reward 0.709
 * </pre>
 */
public final class PpoLoop {
    private static final double CLIP = 0.2;

    private PpoLoop() {}

    public static void main(String[] args) {
        Path folder = Path.of(args.length > 0 ? args[0] : "testkit/src/main/resources/golden/runs/init");
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        List<PromptTokens> prompts = PromptTokens
                .of(List.of(tokenizer.encode("A word: "), tokenizer.encode("A song: ")));
        try (Decoder policy = Decoder.load(folder, DType.BFLOAT16, Device.CPU);
                Critic critic = Critic.Shared.of("critic", policy, 1)) {
            List<Parameter> parameters = new ArrayList<>(policy.parameters());
            parameters.addAll(critic.parameters());
            RolloutEngine engine = new RolloutEngine(policy, tokenizer::decodeWithoutSpecialTokens);
            try (AdamW optimizer = new AdamW(parameters, new AdamW.Options(0.9, 0.999, 1e-8, 0))) {
                for (int step = 1; step <= 20; step++) {
                    List<Rollout> rollouts = engine.generate(prompts,
                            new Generation(12, 16, Sampling.of(1, step), Stop.NEVER));
                    double[] scores = rollouts.stream().mapToDouble(r -> reward(r.text().orElse(""))).toArray();
                    Experience experience = judge(policy, critic, rollouts, scores);
                    for (int pass = 0; pass < 2; pass++) {
                        learn(policy, critic, rollouts, experience);
                        optimizer.step(1e-2, GradientClip.factor(GradientClip.norm(parameters), 1));
                        parameters.forEach(Parameter::clearGradient);
                    }
                    System.out.printf("step %d: reward %.3f%n", step, Arrays.stream(scores).average().orElse(0));
                }
            }
        }
    }

    private static double reward(String text) {
        long vowels = text.chars().filter(c -> "aeiou".indexOf(c) >= 0).count();
        return (double) vowels / Math.max(1, text.chars().filter(Character::isLetter).count());
    }

    /** What is known of all sampled tokens, end to end, before anything is learned from them. */
    private record Experience(float[] logProbs, float[] advantages, float[] returns) {}

    /** The values of a critic become advantages (arXiv 1506.02438), from the last token of each answer to its first. */
    private static Experience judge(Decoder policy, Critic critic, List<Rollout> rollouts, double[] scores) {
        try (Scope scope = Scope.open()) {
            Said said = read(Tape.inference(), policy, critic, rollouts);
            float[] values = said.values().reshape(-1).indexSelect(0, said.rows().predictors()).toFloats();
            float[] advantages = new float[values.length];
            float[] returns = new float[values.length];
            int end = 0;
            for (int i = 0; i < scores.length; i++) {
                int start = end;
                end += rollouts.get(i).completionIds().length;
                double next = 0;
                for (int t = end - 1; t >= start; t--) {
                    double delta = (t == end - 1 ? scores[i] : values[t + 1]) - values[t];
                    next = delta + 0.95 * next;
                    advantages[t] = (float) next;
                    returns[t] = (float) next + values[t];
                }
            }
            return new Experience(said.logProbs().toFloats(), advantages, returns);
        }
    }

    /** Adds the gradients of min(ρ·A, clip(ρ)·A) and of the critic's error to the parameters. */
    private static void learn(Decoder policy, Critic critic, List<Rollout> rollouts, Experience seen) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.training(Randomness.of(1));
            Said said = read(tape, policy, critic, rollouts);
            Tensor logProbs = said.logProbs().leaf();
            Tensor values = said.values().leaf();
            Tensor ratio = logProbs.sub(Tensors.of(seen.logProbs())).exp();
            Tensor raw = Tensors.of(seen.advantages()).sub(Tensors.of(seen.advantages()).mean());
            Tensor advantages = raw.div(raw.square().mean().sqrt().add(1e-8));
            Tensor gain = ratio.mul(advantages).minimum(ratio.clamp(1 - CLIP, 1 + CLIP).mul(advantages));
            Tensor error = values.reshape(-1).indexSelect(0, said.rows().predictors()).sub(Tensors.of(seen.returns()));
            error.square().mean().mul(0.5).sub(gain.mean()).backward();
            tape.give(said.logProbs(), logProbs.grad());
            tape.give(said.values(), values.grad());
            tape.run();
        }
    }

    /** log π of each sampled token [P], and the value of the state at every token [T, 1]. */
    private record Said(Rows rows, Tensor logProbs, Tensor values) {}

    private static Said read(Tape tape, Decoder policy, Critic critic, List<Rollout> rollouts) {
        List<Encoded> texts = new ArrayList<>();
        for (Rollout rollout : rollouts) {
            int[] ids = IntStream.concat(Arrays.stream(rollout.promptIds()), Arrays.stream(rollout.completionIds()))
                    .toArray();
            float[] counts = new float[ids.length];
            Arrays.fill(counts, rollout.promptIds().length, ids.length, 1);
            texts.add(new Encoded(ids, counts));
        }
        Rows rows = Rows.of(Packer.batch(texts), policy.vocabulary(), policy.device());
        Tensor hidden = policy.hidden(tape, rows);
        return new Said(rows, policy.head().readings(tape, hidden, rows).logProbs(),
                critic.values(tape, rows, hidden, HiddenOptions.PLAIN));
    }
}
