package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Shaped rewards, estimated advantages, loss, gradients and metrics of every case. The golden score lies one place after the last token, where
 * there is a value as well: rewards are shaped to the last token and the score put there, and policy and value loss are computed each on its own places.
 */
@Tag("golden")
class PpoGoldenTest {
    private static final int WIDTH = 11;

    static Stream<String> cases() { return GoldenLosses.cases("ppo").filter(name -> name.startsWith("ppo")); }

    static Stream<String> estimates() { return GoldenLosses.cases("ppo").filter(name -> name.startsWith("gae")); }

    @ParameterizedTest
    @MethodSource("estimates")
    void rewardsAndAdvantages(String name) {
        JsonNode options = GoldenLosses.json("ppo").get(name).get("options");
        boolean whiten = options.get("whiten_rewards").asBoolean();
        KlEstimator estimator = options.get("kl_estimator").asString().equals("k1") ? KlEstimator.K1 : KlEstimator.K3;
        Gae gae = new Gae(options.get("gamma").asDouble(), options.get("lam").asDouble(), false, false);
        RewardShaping shaping = (RewardShaping) ConfigReader.record(RewardShaping.class, Map.of());
        try (Fixture golden = GoldenLosses.open("ppo"); Scope scope = Scope.open()) {
            int[] lengths = lengths(golden, "padding_mask");
            int[] places = lengths(golden, "padding_mask_p1");
            double[][] rewards = new double[lengths.length][];
            for (int i = 0; i < rewards.length; i++) {
                double[] policy = row(golden.get("logps"), i, lengths[i]);
                double[] reference = row(golden.get("ref_logps"), i, lengths[i]);
                double[] kl = estimator.of(IntStream.range(0, policy.length)
                        .mapToDouble(t -> policy[t] - reference[t]).toArray());
                assertNear(kl, row(golden.get(name + ".kl"), i, lengths[i]));
                rewards[i] = Arrays.copyOf(shaping.rewards(0, options.get("kl_coef").asDouble(), kl), places[i]);
                rewards[i][places[i] - 1] += row(golden.get("scores"), 0, 4)[i];
            }
            rewards = whiten ? Whitening.of(rewards, false) : rewards;
            double[][] values = new double[lengths.length][];
            for (int i = 0; i < values.length; i++) {
                assertNear(rewards[i], row(golden.get(name + ".rewards"), i, places[i]));
                values[i] = row(golden.get("values"), i, places[i]);
            }
            Estimate estimate = gae.of(new Experience(new int[lengths.length], rewards, values));
            double[][] ofTokens = new double[lengths.length][];
            for (int i = 0; i < lengths.length; i++) {
                assertNear(estimate.returns()[i], row(golden.get(name + ".returns"), i, places[i]));
                assertNear(estimate.advantages()[i], row(golden.get(name + ".advantages_raw"), i, places[i]));
                ofTokens[i] = Arrays.copyOf(estimate.advantages()[i], lengths[i]);
            }
            double[][] white = Whitening.of(ofTokens, true);
            for (int i = 0; i < lengths.length; i++) {
                assertNear(white[i], row(golden.get(name + ".advantages"), i, lengths[i]));
            }
        }
    }

    @Test
    void whitening() {
        try (Fixture golden = GoldenLosses.open("ppo"); Scope scope = Scope.open()) {
            int[] lengths = lengths(golden, "padding_mask");
            double[][] values = rows(golden, "whiten.values", lengths);
            double[][] shifted = rows(golden, "whiten.shifted", lengths);
            double[][] kept = rows(golden, "whiten.not_shifted", lengths);
            for (int i = 0; i < lengths.length; i++) {
                assertNear(Whitening.of(values, true)[i], shifted[i]);
                assertNear(Whitening.of(values, false)[i], kept[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("ppo").get(name);
        Ppo objective = (Ppo) Objectives.find("ppo").orElseThrow().make(GoldenLosses.settings(expected, "advantages"));
        String estimate = expected.get("options").get("advantages").asString();
        try (Fixture golden = GoldenLosses.open("ppo"); Scope scope = Scope.open()) {
            Tensor logProbs = golden.get("new_logps").leaf();
            Tensor values = golden.get("new_values").leaf();
            GoldenRollouts tokens = GoldenRollouts.of(golden, "padding_mask", 0);
            GoldenRollouts places = GoldenRollouts.of(golden, "padding_mask_p1", 0);
            Tensor ratio = tokens.read(golden.get("logps"));
            RolloutSignals policy = signals(tokens, logProbs, ratio,
                    tokens.read(golden.get(estimate + ".advantages").to(ratio.dtype())))
                    .withCritic(new RolloutSignals.Critic(tokens.zeros(), tokens.zeros(), tokens.zeros()));
            RolloutSignals critic = signals(places, golden.get("logps"), places.read(golden.get("logps")),
                    places.zeros()).withCritic(
                            new RolloutSignals.Critic(places.read(values), places.read(golden.get("values")),
                                    places.read(golden.get(estimate + ".returns").to(ratio.dtype()))));
            Loss loss = new Loss(objective.compute(policy).value().add(objective.compute(critic).value()));
            GoldenLosses.assertLoss(loss, expected);
            loss.value().backward();
            GoldenLosses.assertGradient(logProbs, golden.get(name + ".grad_new_logps"));
            GoldenLosses.assertGradient(values, golden.get(name + ".grad_new_values"));
            assertReported(objective.metrics(policy).read().reported(), objective.metrics(critic).read().reported(),
                    expected.get("metrics"));
        }
    }

    private static void assertReported(Map<String, Double> policy, Map<String, Double> critic, JsonNode expected) {
        assertThat(policy.get("loss/policy_avg")).isCloseTo(expected.get("policy_loss").asDouble(), within(1e-6));
        assertThat(policy.get("policy/clipfrac_avg")).isCloseTo(expected.get("policy_clipfrac").asDouble(),
                within(1e-6));
        // the golden ones are means over the padded table, where padding has a ratio of 1
        assertThat(policy.get("policy/approxkl_avg") * 25 / 44).isCloseTo(expected.get("approxkl").asDouble(),
                within(1e-6));
        assertThat((policy.get("val/ratio") * 25 + 19) / 44).isCloseTo(expected.get("ratio_mean").asDouble(),
                within(1e-6));
        assertThat(critic.get("loss/value_avg")).isCloseTo(expected.get("value_loss").asDouble(), within(1e-6));
        assertThat(critic.get("val/clipfrac_avg")).isCloseTo(expected.get("value_clipfrac").asDouble(), within(1e-6));
    }

    private static RolloutSignals signals(GoldenRollouts table, Tensor logProbs, Tensor old, Tensor advantages) {
        return RolloutSignals.of(table.completions(logProbs), old, advantages, table.ones(),
                new StepTotals(table.count(), table.places().length), WIDTH);
    }

    private static int[] lengths(Fixture golden, String mask) {
        int[] padded = golden.ints(mask);
        return IntStream.range(0, padded.length / WIDTH).map(
                i -> (int) IntStream.range(0, WIDTH).filter(t -> padded[i * WIDTH + t] == 0).count()).toArray();
    }

    private static double[][] rows(Fixture golden, String name, int[] lengths) {
        return IntStream.range(0, lengths.length).mapToObj(i -> row(golden.get(name), i, lengths[i]))
                .toArray(double[][]::new);
    }

    private static double[] row(Tensor table, int row, int length) {
        return Arrays.copyOfRange(table.toDoubles(), row * WIDTH, row * WIDTH + length);
    }

    private static void assertNear(double[] found, double[] expected) {
        assertThat(found).containsExactly(expected, within(2e-6));
    }
}
