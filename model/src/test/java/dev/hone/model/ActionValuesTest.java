package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads for Q and V: what they say, its gradients, their slow copies, and their file. */
class ActionValuesTest {
    private static final Path MODEL = Golden.path("runs", "init");

    @TempDir
    Path folder;

    private static Decoder policy(DType dtype) { return Decoder.load(MODEL, dtype, Device.CPU); }

    private static Rows rows(int tokens) {
        float[] weight = new float[tokens];
        Arrays.fill(weight, 1);
        return Rows.of(new Packed(new Random(1).ints(tokens, 0, 512).toArray(), new int[]{0, tokens}, weight), 512,
                Device.CPU);
    }

    private static Parameter named(ActionValues heads, String name) {
        return heads.parameters().filter(parameter -> parameter.name().equals(name)).findFirst().orElseThrow();
    }

    private static Tensor noise(int seed, long... shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values).reshape(shape);
    }

    /** In one chunk, and in more than fit into one. */
    @ParameterizedTest
    @ValueSource(ints = {40, 4200})
    void aQHeadAndItsGradientsAreLibtorchs(int tokens) {
        try (Decoder policy = policy(DType.FLOAT32);
                ActionValues heads = ActionValues.fresh(policy, 1, 4);
                Scope scope = Scope.open()) {
            Rows rows = rows(tokens);
            Tensor hidden = noise(2, tokens, policy.width());
            Tensor byValues = noise(3, tokens - 1);
            Tensor byEntropies = noise(4, tokens - 1);
            Tape tape = Tape.gradients();
            tape.track(hidden);
            QHead.Readings said = heads.heads().getFirst().readings(tape, hidden, rows);
            float[] values = said.values().toFloats();
            float[] entropies = said.crossEntropies().toFloats();
            tape.give(said.values(), byValues.copy());
            tape.give(said.crossEntropies(), byEntropies.copy());
            tape.run();

            List<Parameter> own = heads.heads().getFirst().parameters().toList();
            List<Tensor> leaves = own.stream().map(parameter -> parameter.value().leaf()).toList();
            Tensor states = hidden.leaf();
            Tensor inner = states.indexSelect(0, rows.predictors()).matmul(leaves.get(0).t()).add(leaves.get(1))
                    .clampMin(0);
            Tensor scores = inner.matmul(leaves.get(2).t()).add(leaves.get(3));
            Tensor expected = scores.gather(1, rows.targets().unsqueeze(1)).squeeze(1);
            Tensor entropy = scores.logSoftmax(-1).gather(1, rows.targets().unsqueeze(1)).squeeze(1).neg();
            expected.mul(byValues).sum().add(entropy.mul(byEntropies).sum()).backward();
            assertThat(values).containsExactly(expected.detach().toFloats(), within(1e-4f));
            assertThat(entropies).containsExactly(entropy.detach().toFloats(), within(1e-4f));
            near(tape.gradient(hidden), states.grad());
            for (int i = 0; i < own.size(); i++) {
                near(own.get(i).gradient().orElseThrow(), leaves.get(i).grad());
            }
            own.forEach(Parameter::clearGradient);
        }
    }

    private static void near(Tensor actual, Tensor expected) {
        double size = Math.max(1, expected.abs().max().item());
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(1e-4 * size);
    }

    @Test
    void anAdvantageIsTheSmallerSlowQLessV() {
        try (Decoder policy = policy(DType.FLOAT32);
                ActionValues heads = ActionValues.fresh(policy, 2, 4);
                Scope scope = Scope.open()) {
            Tensor hidden = noise(2, 3, policy.width());
            Tensor least = q(heads, "target_q_heads.0", hidden).minimum(q(heads, "target_q_heads.1", hidden));
            Tensor v = q(heads, "v_head", hidden);
            near(heads.values(Tape.inference(), hidden), v);
            near(heads.advantages(hidden), least.sub(v));
            Rows rows = rows(3);
            near(heads.targets(hidden, rows), least.indexSelect(0, rows.predictors())
                    .gather(1, rows.targets().unsqueeze(1)).squeeze(1));
            assertThat(q(heads, "q_heads.0", hidden).sub(q(heads, "q_heads.1", hidden)).abs().max().item())
                    .as("two heads that start apart").isGreaterThan(0.1);
        }
    }

    private static Tensor q(ActionValues heads, String name, Tensor hidden) {
        return hidden.matmul(named(heads, name + ".0.weight").value().t()).add(named(heads, name + ".0.bias").value())
                .clampMin(0).matmul(named(heads, name + ".2.weight").value().t())
                .add(named(heads, name + ".2.bias").value());
    }

    @Test
    void slowCopiesFollowAndDoNotTrain() {
        try (Decoder policy = policy(DType.BFLOAT16); ActionValues heads = ActionValues.fresh(policy, 2, 4)) {
            Parameter leader = named(heads, "q_heads.1.2.weight");
            Parameter copy = named(heads, "target_q_heads.1.2.weight");
            assertThat(copy.value().dtype()).as("a bf16 copy would stand still").isEqualTo(DType.FLOAT32);
            assertThat(copy.trainable()).isFalse();
            assertThat(leader.trainable()).isTrue();
            try (Scope scope = Scope.open()) {
                assertThat(copy.value().sub(leader.value()).abs().max().item()).isZero();
                float start = copy.value().reshape(-1).toFloats()[7];
                leader.value().addInPlace(Tensors.of(new float[]{1}), 1);
                heads.follow(0.001);
                heads.follow(0.001);
                assertThat(copy.value().reshape(-1).toFloats()[7]).isCloseTo(start + 0.001999f, within(1e-6f));
            }
        }
    }

    @Test
    void theFileKeepsThemAndWritersReadTheSlowCopiesAlone() {
        try (Decoder policy = policy(DType.FLOAT32); ActionValues heads = ActionValues.fresh(policy, 2, 4)) {
            heads.save(folder, Parameter::value);
            try (ActionValues same = ActionValues.load(folder, policy);
                    ActionValues slow = ActionValues.forWriting(folder, policy);
                    Scope scope = Scope.open()) {
                assertThat(same.heads()).hasSize(2);
                assertThat(slow.heads()).isEmpty();
                assertThat(slow.parameters().count()).isEqualTo(same.parameters().count() - 8);
                Tensor hidden = noise(2, 3, policy.width());
                float[] said = heads.advantages(hidden).reshape(-1).toFloats();
                assertThat(same.advantages(hidden).reshape(-1).toFloats()).isEqualTo(said);
                assertThat(slow.advantages(hidden).reshape(-1).toFloats()).isEqualTo(said);
            }
        }
    }

    @Test
    void aFolderWithoutThemOrWithThoseOfAnotherModelIsRefused() throws java.io.IOException {
        try (Decoder policy = policy(DType.FLOAT32)) {
            assertThatThrownBy(() -> ActionValues.load(folder, policy)).isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("no ilql_heads.safetensors", "hone ilql");
            try (Decoder other = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                    ActionValues heads = ActionValues.fresh(other, 1, 4)) {
                heads.save(folder, Parameter::value);
            }
            assertThatThrownBy(() -> ActionValues.load(folder, policy)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("q_heads.0");
            assertThatThrownBy(() -> ActionValues.forWriting(folder, policy)).isInstanceOf(ModelException.class);
            Files.write(folder.resolve(ActionValues.FILE), new byte[]{1, 2, 3});
            assertThatThrownBy(() -> ActionValues.load(folder, policy)).isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("ilql_heads");
        }
    }
}
