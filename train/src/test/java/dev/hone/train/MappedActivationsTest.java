package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.HubConfig;
import dev.hone.model.Rows;
import dev.hone.tensor.ActivationMemory;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What recomputed layers keep, moved away until backward: the same bits, nothing of it resident, and no place lost. */
class MappedActivationsTest {
    private static final int LAYERS = 4;
    private static final int WIDTH = 32;
    private static final String CONFIG = """
            {"model_type": "gpt2", "n_embd": 32, "n_layer": 4, "n_head": 4, "vocab_size": 60, "n_positions": 2048,
             "resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1}""";

    @TempDir
    Path folder;

    private static Decoder model(DType dtype) { return Decoder.random(HubConfig.parse(CONFIG), 5, dtype, Device.CPU); }

    private static Rows rows(int tokens) {
        int[] ids = IntStream.range(0, tokens).map(i -> (i * 7 + 3) % 60).toArray();
        return Rows.of(new Packed(ids, new int[]{0, tokens / 3, tokens}, new float[tokens]), 60, Device.CPU);
    }

    private static HiddenOptions options(int layers, ActivationMemory memory) {
        return new HiddenOptions((tape, x, rows) -> x, layers, memory, false, done -> {});
    }

    private static Map<String, float[]> gradients(Decoder model, int tokens, HiddenOptions options) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.training(Randomness.of(5));
            Tensor hidden = model.hidden(tape, rows(tokens), options);
            tape.backward(hidden, Randomness.of(9).normal(1, hidden.dtype(), Device.CPU, hidden.shape()));
            Map<String, float[]> gradients = new LinkedHashMap<>();
            model.parameters().forEach(parameter -> parameter.gradient()
                    .ifPresent(gradient -> gradients.put(parameter.name(), gradient.to(DType.FLOAT32).toFloats())));
            model.parameters().forEach(Parameter::clearGradient);
            return gradients;
        }
    }

    private static void same(Map<String, float[]> found, Map<String, float[]> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet()).isNotEmpty();
        expected.forEach((name, gradient) -> assertThat(found.get(name)).as(name).isEqualTo(gradient));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16"})
    void gradientsAreThoseOfResidentOnes(DType dtype) {
        try (Decoder model = model(dtype);
                MappedActivations memory = new MappedActivations(folder.resolve("activations"))) {
            for (int layers : new int[]{1, 3, LAYERS}) {
                Map<String, float[]> resident = gradients(model, 70, options(layers, ActivationMemory.RESIDENT));
                same(gradients(model, 70, options(layers, memory)), resident);
                same(gradients(model, 70, options(0, memory)), resident);
            }
        }
    }

    /** A frozen model's first layer reads what no gradient goes to. */
    @Test
    void untrackedInputsMoveToo() {
        try (Decoder model = model(DType.FLOAT32);
                MappedActivations memory = new MappedActivations(folder.resolve("activations"))) {
            model.parameters().subList(0, 2).forEach(parameter -> parameter.trainable(false));
            same(gradients(model, 50, options(LAYERS, memory)),
                    gradients(model, 50, options(LAYERS, ActivationMemory.RESIDENT)));
        }
    }

    @Test
    void theFileIsAsLargeAsWhatTheLargestMicroBatchKeeps() {
        try (Decoder model = model(DType.FLOAT32);
                MappedActivations memory = new MappedActivations(folder.resolve("activations"))) {
            long whole = LAYERS * 512L * WIDTH * 4;
            gradients(model, 512, options(LAYERS, memory));
            assertThat(memory.bytes()).isEqualTo(whole);
            for (int tokens : new int[]{512, 100, 511, 30, 512}) {
                gradients(model, tokens, options(LAYERS, memory));
            }
            abandoned(model, options(LAYERS, memory));
            abandoned(model, options(LAYERS, memory));
            gradients(model, 512, options(LAYERS, memory));
            assertThat(memory.bytes()).isEqualTo(whole);
        }
        assertThat(folder.resolve("activations")).doesNotExist();
    }

    /** A step whose loss is not finite has no backward. */
    private static void abandoned(Decoder model, HiddenOptions options) {
        try (Scope scope = Scope.open()) {
            model.hidden(Tape.training(Randomness.of(5)), rows(512), options);
        }
    }

    /** Two models in one step, an actor and a critic, keep beside each other. */
    @Test
    void twoPassesAtATimeDoNotMeet() {
        try (Decoder one = model(DType.FLOAT32);
                Decoder other = model(DType.FLOAT32);
                MappedActivations memory = new MappedActivations(folder.resolve("activations"))) {
            Map<String, float[]> alone = gradients(one, 70, options(LAYERS, ActivationMemory.RESIDENT));
            try (Scope scope = Scope.open()) {
                Tape first = Tape.training(Randomness.of(5));
                Tensor hidden = one.hidden(first, rows(70), options(LAYERS, memory));
                gradients(other, 90, options(LAYERS, memory));
                first.backward(hidden, Randomness.of(9).normal(1, hidden.dtype(), Device.CPU, hidden.shape()));
                one.parameters().forEach(parameter -> assertThat(parameter.gradient().orElseThrow().toFloats())
                        .as(parameter.name()).isEqualTo(alone.get(parameter.name())));
            }
        }
    }

    /** Of what the layers read, nothing is left where it was made between forward and backward. */
    @Test
    void nothingOfItStaysResident() {
        try (Decoder model = model(DType.FLOAT32);
                MappedActivations memory = new MappedActivations(folder.resolve("activations"))) {
            assertThat(openInputs(model, ActivationMemory.RESIDENT)).isEqualTo(LAYERS * 70L * WIDTH * 4);
            assertThat(openInputs(model, memory)).isZero();
        }
    }

    /** Bytes of the layers' inputs that are open after the forward pass. */
    private static long openInputs(Decoder model, ActivationMemory memory) {
        List<Tensor> inputs = new ArrayList<>();
        ActivationMemory watched = activation -> {
            inputs.add(activation);
            return memory.keep(activation);
        };
        try (Scope scope = Scope.open()) {
            model.hidden(Tape.training(Randomness.of(5)), rows(70), options(LAYERS, watched));
            assertThat(inputs).hasSize(LAYERS);
            return inputs.stream().filter(tensor -> !tensor.isClosed())
                    .mapToLong(tensor -> tensor.count() * tensor.dtype().bytes()).sum();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "reward", "dpo --train_mode prefix_tuning",
            "dpo --dtype bf16 --neftune_noise_alpha 5"})
    void runsAreTheSameBitForBit(String line) {
        LessonRuns runs = LessonRuns.in(folder);
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        List<double[]> all = new ArrayList<>();
        for (String choice : List.of("--gradient_checkpointing off", "--gradient_checkpointing on",
                "--gradient_checkpointing on --activation_offloading true", "--gradient_checkpointing_layers 1",
                "--gradient_checkpointing_layers 1 --activation_offloading true --gradient_checkpointing feed_forward")) {
            List<String> words = new ArrayList<>(List.of("--max_steps", "3", "--learning_rate", "1e-2", "--overwrite",
                    "true"));
            Arrays.stream((line + " " + choice).split(" ")).skip(1).forEach(words::add);
            runs.run(command, "out", LessonRuns.POLICY, data, words.toArray(String[]::new));
            all.add(runs.history("out").curve("loss").ys());
            assertThat(folder.resolve("out/activations.mapped")).doesNotExist();
        }
        all.forEach(each -> assertThat(each).as(line).isEqualTo(all.getFirst()));
        assertThat(runs.told().toString()).contains("1 of 2 layers computed twice", "2 of 2 layers computed twice");
    }

    @Test
    void whatMeansNothingIsRefused() {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data("dpo");
        for (String[] words : new String[][]{{"--activation_offloading", "true", "--gradient_checkpointing", "off"},
                {"--activation_offloading", "true", "--gradient_checkpointing", "feed_forward"},
                {"--gradient_checkpointing_layers", "1", "--gradient_checkpointing", "on"},
                {"--activation_offloading", "true", "--gradient_checkpointing_layers", "0"}}) {
            assertThatThrownBy(() -> runs.run("dpo", "out", LessonRuns.POLICY, data, words))
                    .isInstanceOf(ConfigException.class).hasMessageContaining(words[0].substring(2));
        }
    }
}
