package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a training pass keeps and computes again, and where its backward ends. */
class HiddenOptionsTest {

    static Stream<Path> models() {
        return Golden.folders("models").stream().filter(model -> !model.getFileName().toString().contains("seqcls"));
    }

    private static Rows rows(Decoder model) {
        int[] ids = IntStream.range(0, 20).map(i -> (i * 7 + 3) % model.vocabulary()).toArray();
        float[] weight = new float[20];
        Arrays.fill(weight, 1);
        return Rows.of(new Packed(ids, new int[]{0, 12, 20}, weight), model.vocabulary(), Device.CPU);
    }

    private static HiddenOptions options(int checkpointed, boolean inner, Consumer<List<Parameter>> complete) {
        return new HiddenOptions((tape, x, rows) -> x, checkpointed, inner, complete);
    }

    private static Map<String, float[]> gradients(Decoder model, HiddenOptions options) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.training(Randomness.of(5));
            Tensor hidden = model.hidden(tape, rows(model), options);
            tape.backward(hidden, Randomness.of(9).normal(1, DType.FLOAT32, Device.CPU, hidden.shape()));
            Map<String, float[]> gradients = new LinkedHashMap<>();
            model.parameters().forEach(parameter -> parameter.gradient()
                    .ifPresent(gradient -> gradients.put(parameter.name(), gradient.toFloats())));
            model.parameters().forEach(Parameter::clearGradient);
            return gradients;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theInsideOfFeedForwardsIsComputedAgainToTheSameBits(Path folder) {
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            Map<String, float[]> kept = gradients(model, HiddenOptions.PLAIN);
            Map<String, float[]> again = gradients(model, options(0, true, done -> {}));
            assertThat(again.keySet()).isEqualTo(kept.keySet());
            kept.forEach((name, gradient) -> assertThat(again.get(name)).as(name).isEqualTo(gradient));
            assertThat(handles(model, true)).isLessThan(handles(model, false));
        }
    }

    /** Handles that wait for backward. */
    private static long handles(Decoder model, boolean inner) {
        try (Scope scope = Scope.open()) {
            long before = Scope.liveHandles();
            Tape tape = Tape.training(Randomness.of(5));
            Tensor hidden = model.hidden(tape, rows(model), options(0, inner, done -> {}));
            long kept = Scope.liveHandles() - before;
            tape.backward(hidden, hidden);
            model.parameters().forEach(Parameter::clearGradient);
            return kept;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void backwardEndsAtTheLowestLayerThatTrains(Path folder) {
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            int layers = model.spec().size().layers();
            Map<String, float[]> whole = gradients(model, HiddenOptions.PLAIN);
            long all = handles(model, false);
            Set<Parameter> training = new HashSet<>(model.layers().get(layers - 1));
            training.add(model.parameters().stream().filter(p -> p.name().contains("norm") || p.name().contains("ln_f"))
                    .toList().getLast());
            model.parameters().forEach(parameter -> parameter.trainable(training.contains(parameter)));
            for (int checkpointed : new int[]{0, layers}) {
                Map<String, float[]> top = gradients(model, options(checkpointed, false, done -> {}));
                assertThat(top.keySet()).allMatch(
                        name -> training.stream().anyMatch(parameter -> parameter.name().equals(name)));
                assertThat(top).isNotEmpty();
                top.forEach((name, gradient) -> assertThat(gradient).as(name).isEqualTo(whole.get(name)));
            }
            assertThat(handles(model, false)).isLessThan(all * 3 / 4);
            model.parameters().forEach(parameter -> parameter.trainable(false));
            assertThat(gradients(model, HiddenOptions.PLAIN)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreToldLayerByLayerDownward(Path folder) {
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            Map<String, float[]> whole = gradients(model, HiddenOptions.PLAIN);
            for (int checkpointed : new int[]{0, 1}) {
                List<List<Parameter>> told = new ArrayList<>();
                Map<String, float[]> then = new LinkedHashMap<>();
                gradients(model, options(checkpointed, false, done -> {
                    told.add(done);
                    done.forEach(parameter -> parameter.gradient()
                            .ifPresent(gradient -> then.put(parameter.name(), gradient.toFloats())));
                }));
                assertThat(told).hasSize(model.layers().size() + 1);
                assertThat(told.subList(1, told.size())).isEqualTo(model.layers().reversed());
                then.forEach((name, gradient) -> assertThat(gradient).as(name).isEqualTo(whole.get(name)));
                assertThat(then.keySet()).containsAll(
                        model.layers().getFirst().stream().map(Parameter::name).filter(whole::containsKey).toList());
            }
        }
    }
}
