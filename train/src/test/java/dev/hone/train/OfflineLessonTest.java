package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import dev.hone.model.ActionValues;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.ModelException;
import dev.hone.model.Rows;
import dev.hone.model.ValuedPolicy;
import dev.hone.objective.Ilql;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.Generation;
import dev.hone.rollout.Perturbed;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.rollout.Support;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.DataException;
import dev.hone.text.Encoded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Packer;
import dev.hone.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning from given answers with rewards: the loss, its gradients, whole runs, and what the heads are good for. */
class OfflineLessonTest {
    private static final Ilql OBJECTIVE = new Ilql(0.7, 0.9, 0.1, 0.5, 0.8);

    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    private static ValuedPolicy model(DType dtype) {
        Decoder policy = Decoder.load(LessonRuns.POLICY, dtype, Device.CPU);
        return new ValuedPolicy(policy, ActionValues.fresh(policy, 2, 3));
    }

    /** Three answers of 3, 1 and 4 tokens, with a reward at each token. */
    private static List<OfflineRow> rows() {
        Random random = new Random(6);
        List<OfflineRow> rows = new ArrayList<>();
        for (int length : new int[]{3, 1, 4}) {
            int prompt = 2 + length % 2;
            float[] weight = new float[prompt + length];
            Arrays.fill(weight, prompt, weight.length, 1);
            float[] rewards = new float[length];
            for (int i = 0; i < length; i++) {
                rewards[i] = (float) random.nextGaussian();
            }
            rows.add(OfflineRow.of(new Encoded(random.ints(weight.length, 0, 500).toArray(), weight), rewards));
        }
        return rows;
    }

    private static SignalPass<OfflineRow, dev.hone.objective.IlqlSignals> pass(ValuedPolicy model) {
        return new SignalPass<>(new OfflineSignaller(model, HiddenOptions.PLAIN,
                ConfigReader.record(QHeadSettings.class, Map.of())), OBJECTIVE);
    }

    private static Batch<OfflineRow> batch(int microbatchTokens) {
        return new Batch<>(RowSource.inOrder(rows(), microbatchTokens), 0, List.of());
    }

    /** The formula, token by token in double precision, from what model and heads say of each row alone. */
    @Test
    void theLossIsThatOfAPlainComputation() {
        try (ValuedPolicy model = model(DType.FLOAT32)) {
            perturb(model);
            double sum = 0;
            int tokens = 0;
            for (OfflineRow row : rows()) {
                sum += plain(model, row);
                tokens += row.rewards().length;
            }
            assertThat(pass(model).evaluate(batch(10_000)).loss()).isCloseTo(sum / tokens, within(1e-4));
            assertThat(pass(model).evaluate(batch(1)).loss()).isCloseTo(sum / tokens, within(1e-4));
        }
    }

    /** Slow copies that differ from their heads. */
    private static void perturb(ValuedPolicy model) {
        try (Scope scope = Scope.open()) {
            model.heads().followers().forEach(parameter -> parameter.value().mulInPlace(1.3));
        }
    }

    private static double plain(ValuedPolicy model, OfflineRow row) {
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(row.packed(), 512, Device.CPU);
            Tape tape = Tape.inference();
            Tensor hidden = model.policy().hidden(tape, rows);
            float[] v = model.heads().values(tape, hidden).reshape(-1).toFloats();
            float[] slow = model.heads().targets(hidden, rows).toFloats();
            float[] logProbs = model.policy().head().logProbs(tape, hidden, rows).toFloats();
            double sum = 0;
            int length = row.rewards().length;
            int first = row.packed().tokens() - length - 1;
            for (int t = 0; t < length; t++) {
                double next = t + 1 < length ? v[first + t + 1] : 0;
                double gap = slow[t] - v[first + t];
                sum += Math.abs(0.7 - (gap < 0 ? 1 : 0)) * gap * gap - 0.5 * logProbs[t] * Math.exp(0.8 * gap);
                for (var head : model.heads().heads()) {
                    var said = head.readings(tape, hidden, rows);
                    double error = said.values().toFloats()[t] - row.rewards()[t] - 0.9 * next;
                    sum += error * error + 0.1 * said.crossEntropies().toFloats()[t];
                }
            }
            return sum;
        }
    }

    /**
     * Central differences in float64 along random directions. What the loss holds fixed stays fixed here too: the targets come
     * of values that the loss does not differentiate, so γ is 0 and the policy's weight does not depend on the heads.
     */
    @Test
    void gradientsAreThoseOfTheLoss() {
        Ilql fixed = new Ilql(0.7, 0, 0.1, 0.5, 0);
        try (ValuedPolicy model = model(DType.FLOAT64)) {
            for (Parameter each : model.heads().followers()) {
                each.value().zero(); // slow Qs of 0 whatever the states
            }
            SignalPass<OfflineRow, dev.hone.objective.IlqlSignals> pass = new SignalPass<>(
                    new OfflineSignaller(model, HiddenOptions.PLAIN,
                            ConfigReader.record(QHeadSettings.class, Map.of())),
                    fixed);
            pass.train(batch(20), 1, 0);
            List<Parameter> trained = model.parameters().stream().filter(Parameter::trainable).toList();
            assertThat(trained).allMatch(parameter -> parameter.gradient().isPresent());
            assertThat(model.heads().followers()).allMatch(parameter -> parameter.gradient().isEmpty());
            for (Parameter parameter : trained) {
                boolean head = parameter.name().contains("_head"); // attention rounds its weights to float32
                double[] slopes = slopes(parameter, head ? 1e-6 : 5e-5, () -> pass.evaluate(batch(10_000)).loss());
                assertThat(slopes[0]).as(parameter.name()).isCloseTo(slopes[1],
                        within(head ? 1e-5 * (1 + Math.abs(slopes[1])) : 5e-3 + 2e-3 * Math.abs(slopes[1])));
            }
            trained.forEach(Parameter::clearGradient);
        }
    }

    /** Along one direction: by the gradient, and by differences. */
    private static double[] slopes(Parameter parameter, double step, java.util.function.DoubleSupplier loss) {
        try (Scope scope = Scope.open()) {
            Random random = new Random(parameter.name().hashCode());
            double[] direction = new double[(int) parameter.value().count()];
            Arrays.setAll(direction, i -> random.nextGaussian());
            Tensor along = dev.hone.tensor.Tensors.of(direction).reshape(parameter.value().shape());
            double expected = parameter.gradient().orElseThrow().to(DType.FLOAT64).mul(along).sum().item();
            parameter.value().addInPlace(along, step);
            double above = loss.getAsDouble();
            parameter.value().addInPlace(along, -2 * step);
            double below = loss.getAsDouble();
            parameter.value().addInPlace(along, step);
            return new double[]{expected, (above - below) / (2 * step)};
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--train_mode lora --lora_r 4 --dtype bf16", "--train_mode qlora --lora_r 4",
            "--dtype bf16 --optim adamw_8bit", "--num_layers_unfrozen 1", "--two_qs false --eval_split 0.25",
            "--optim_fused_backward true --max_grad_norm 0", "--gradient_checkpointing on --neftune_noise_alpha 5",
            "--train_mode lora --lora_r 4 --merge_adapter true", "--optim muon", "--head_learning_rate 1e-2"})
    void aRunThatIsStoppedAndResumedEqualsAnUnbrokenOneBitForBit(String line) {
        Path data = runs.data("ilql");
        List<String> settings = new ArrayList<>(line.isEmpty() ? List.of() : List.of(line.split(" ")));
        settings.addAll(List.of("--max_steps", "6", "--num_train_epochs", "3", "--learning_rate", "3e-3", "--alpha",
                "0.3", "--steps_for_target_q_sync", "2"));
        String[] words = settings.toArray(String[]::new);
        RunSummary whole = runs.run("ilql", "whole", LessonRuns.POLICY, data, words);
        AtomicInteger steps = new AtomicInteger();
        runs.run("ilql", () -> steps.incrementAndGet() == 3, runs.words("broken", LessonRuns.POLICY, data, words));
        settings.addAll(List.of("--resume", "true"));
        RunSummary broken = runs.run("ilql", "broken", LessonRuns.POLICY, data, settings.toArray(String[]::new));
        assertThat(broken.steps()).isEqualTo(6);
        assertThat(heads(broken.model())).isEqualTo(heads(whole.model()));
        assertThat(runs.history("broken").curve("loss").ys()).isEqualTo(runs.history("whole").curve("loss").ys());
        Map<String, List<Float>> heads = heads(whole.model());
        assertThat(heads.get("target_q_heads.0.2.weight")).isNotEqualTo(heads.get("q_heads.0.2.weight"));
        try (Decoder policy = Decoder.load(whole.model(), DType.FLOAT32, Device.CPU);
                ActionValues slow = ActionValues.forWriting(whole.model(), policy)) {
            assertThat(slow.followers()).hasSize(line.contains("two_qs") ? 4 : 8);
        }
    }

    private static Map<String, List<Float>> heads(Path model) {
        Map<String, List<Float>> all = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(model.resolve(ActionValues.FILE))) {
            for (String name : file.names()) {
                List<Float> values = new ArrayList<>();
                var data = file.data(name);
                for (long i = 0; i < data.byteSize() / 4; i++) {
                    values.add(data.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, i));
                }
                all.put(name, values);
            }
        }
        return all;
    }

    @Test
    void anotherRunGoesOnWithTheHeads() {
        Path data = runs.data("ilql");
        RunSummary first = runs.run("ilql", "first", LessonRuns.POLICY, data, "--max_steps", "3", "--learning_rate",
                "1e-2");
        RunSummary still = runs.run("ilql", "still", first.model(), data, "--max_steps", "1", "--learning_rate", "0");
        assertThat(heads(still.model())).isEqualTo(heads(first.model()));
        assertThatThrownBy(() -> runs.run("ilql", "one", first.model(), data, "--max_steps", "1", "--two_qs", "false"))
                .isInstanceOf(ModelException.class).hasMessageContainingAll("2 Q heads", "expected 1", "two_qs true");
    }

    /**
     * A word of four letters, each drawn at random and mostly a bad one; a word earns the share of its good letters. No answer of
     * the data need be perfect for the heads to know the good letter of each place.
     */
    @Test
    void byItsHeadsAPolicyEarnsMoreThanItsDataAndMoreThanItDidAtFirst() {
        Random random = new Random(2);
        List<String> rows = new ArrayList<>();
        double earned = 0;
        for (int i = 0; i < 96; i++) {
            StringBuilder word = new StringBuilder();
            for (int place = 0; place < 4; place++) {
                word.append(random.nextInt(10) < 3 ? 'Q' : random.nextBoolean() ? 'Z' : 'X');
            }
            double reward = earned(word.toString());
            earned += reward / 96;
            rows.add("{\"prompt\": \"Spell:\", \"completion\": \"%s\", \"reward\": %s}".formatted(word, reward));
        }
        Path data = runs.write("words", rows);
        RunSummary summary = runs.run("ilql", "run", LessonRuns.POLICY, data, "--max_steps", "120", "--learning_rate",
                "5e-3", "--per_device_train_batch_size", "32", "--alpha", "0.2", "--steps_for_target_q_sync", "1",
                "--lr_scheduler_type", "constant", "--num_train_epochs", "100");
        double before = written(LessonRuns.POLICY, 0);
        double imitated = written(summary.model(), 0);
        double guided = written(summary.model(), 4);
        assertThat(earned).isBetween(0.2, 0.4);
        assertThat(guided).as("data %s, before %s, imitation %s", earned, before, imitated).isGreaterThan(0.74);
        assertThat(before).isLessThan(earned);
        assertThat(imitated).isLessThan(guided);
    }

    private static double earned(String word) {
        return word.chars().limit(4).filter(letter -> letter == 'Q').count() / 4.0;
    }

    private static double written(Path model, double beta) {
        Tokenizer tokenizer = HubTokenizer.load(LessonRuns.POLICY);
        try (Decoder policy = Decoder.load(model, DType.FLOAT32, Device.CPU);
                ActionValues heads = ActionValues.areIn(model)
                        ? ActionValues.forWriting(model, policy)
                        : ActionValues.fresh(policy, 1, 1)) {
            Constraint constraint = beta > 0 ? Perturbed.by(heads, beta) : Constraint.NONE;
            Generation generation = new Generation(8, 1, Sampling.GREEDY, Stop.at(Set.of(505)))
                    .with(Support.WHOLE.withConstraint(constraint));
            return earned(tokenizer.decodeWithoutSpecialTokens(new RolloutEngine(policy)
                    .generate(PromptTokens.of(List.of(tokenizer.encodeWithSpecialTokens("Spell:"))), generation)
                    .getFirst().completionIds()).strip());
        }
    }

    @Test
    void rewardsAreStandardisedOverTheTrainingRowsUnlessTheyShallNot() {
        Path data = runs.data("ilql");
        runs.run("ilql", "scaled", LessonRuns.POLICY, data, "--max_steps", "1");
        runs.run("ilql", "plain", LessonRuns.POLICY, data, "--max_steps", "1", "--normalise_rewards", "false");
        assertThat(runs.history("scaled").curve("loss").ys()[0])
                .isNotCloseTo(runs.history("plain").curve("loss").ys()[0], within(1e-3));
        OfflineRow row = new GivenRewards(0.25, 2).row(new dev.hone.text.EncodedGraded(
                new Encoded(new int[]{5, 6, 7}, new float[]{0, 1, 1}), 1, 1.25));
        assertThat(row.rewards()).containsExactly(0, 0.5f);
        assertThat(Packer.join(List.of(row.packed())).tokens()).isEqualTo(3);
    }

    @Test
    void whatCannotBeLearnedFromIsRefused() {
        assertThatThrownBy(() -> runs.run("ilql", "a", LessonRuns.POLICY,
                runs.write("none", List.of("{\"prompt\": \"a\", \"completion\": \"b\"}"))))
                .isInstanceOf(DataException.class).hasMessageContaining("score");
        for (String bad : List.of("\"NaN\"", "null", "\"good\"", "[1]", "1e999")) {
            assertThatThrownBy(() -> runs.run("ilql", "b", LessonRuns.POLICY, runs.write("bad", List.of(
                    "{\"prompt\": \"a\", \"completion\": \"b\", \"reward\": 1}",
                    "{\"prompt\": \"a\", \"completion\": \"c\", \"reward\": %s}".formatted(bad))))).as(bad)
                    .isInstanceOf(DataException.class).hasMessageContainingAll("bad.jsonl", "2", "reward");
        }
        assertThatThrownBy(() -> runs.run("ilql", "c", LessonRuns.POLICY, runs.write("alike", List.of(
                "{\"prompt\": \"a\", \"completion\": \"b\", \"reward\": 1}",
                "{\"prompt\": \"a\", \"completion\": \"c\", \"reward\": 1}"))))
                .isInstanceOf(DataException.class).hasMessageContaining("have the reward 1.0");
        for (String wrong : List.of("--tau 1", "--tau 0", "--gamma 1.5", "--alpha 0", "--steps_for_target_q_sync 0",
                "--cql_scale -1")) {
            List<String> words = runs.words("d", LessonRuns.POLICY, folder, wrong.split(" "));
            assertThatThrownBy(() -> LessonRuns.settings("ilql", words)).isInstanceOf(ConfigException.class)
                    .hasMessageContaining(wrong.split(" ")[0].substring(2));
        }
        assertThat(Files.exists(folder.resolve("a/model"))).isFalse();
    }
}
