package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import dev.hone.model.ModelFolder;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.Packed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A reference beside a policy whose lower layers are frozen: it owns copies of what trains alone, and says what a whole copy says. */
class SharedReferenceTest {
    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    private static JobSettings settings(String... words) {
        List<String> all = new ArrayList<>(List.of("--model", LessonRuns.POLICY.toString(), "--data", "none", "--out",
                "none"));
        all.addAll(List.of(words));
        return LessonRuns.settings("dpo", all);
    }

    private static float[] said(Decoder model) {
        int[] ids = new Random(5).ints(24, 0, 500).toArray();
        float[] weight = new float[ids.length];
        Arrays.fill(weight, 1);
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(new Packed(ids, new int[]{0, 10, 24}, weight), 512, Device.CPU);
            return model.head().logProbs(Tape.inference(), model.hidden(Tape.inference(), rows), rows).toFloats();
        }
    }

    private static long count(Stream<Parameter> parameters) {
        return parameters.mapToLong(parameter -> parameter.value().count()).sum();
    }

    /** What the policy learns later does not reach the reference, and what is shared outlives it. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16"})
    void itOwnsWhatTrainsAloneAndSaysWhatAWholeCopySays(DType dtype) {
        JobSettings settings = settings("--num_layers_unfrozen", "1");
        ModelOpening opening = ModelOpening.of(settings);
        try (Decoder policy = opening.policy(dtype, Device.CPU);
                Decoder whole = opening.frozen(LessonRuns.POLICY,
                        dtype, Device.CPU)) {
            ParameterPlan.of(policy, settings.learning());
            float[] expected = said(whole);
            try (Decoder reference = opening.reference(LessonRuns.POLICY, policy)) {
                List<Parameter> own = reference.parameters().stream()
                        .filter(parameter -> !reference.borrowed().contains(parameter)).toList();
                assertThat(own).hasSize((int) policy.parameters().stream().filter(Parameter::trainable).count())
                        .doesNotContainAnyElementsOf(policy.parameters());
                assertThat(count(own.stream())).isEqualTo(policy.parameterCount())
                        .isLessThan(count(whole.parameters().stream()) / 2);
                assertThat(reference.borrowed()).allMatch(policy.parameters()::contains);
                policy.trainableParameters().forEach(parameter -> {
                    try (Scope scope = Scope.open()) {
                        parameter.value().mulInPlace(1.5);
                    }
                });
                assertThat(said(reference)).isEqualTo(expected).isNotEqualTo(said(policy));
            }
            assertThat(said(policy)).hasSameSizeAs(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--lisa_activated_layers 1", "--train_mode lora"})
    void nothingIsSharedWhereItCouldMoveOrAnAdapterIsTheReference(String line) {
        JobSettings settings = settings(line.isEmpty() ? new String[0] : line.split(" "));
        ModelOpening opening = ModelOpening.of(settings);
        try (Decoder policy = opening.policy(DType.FLOAT32, Device.CPU)) {
            ParameterPlan.of(policy, settings.learning()).draws(1).ifPresent(draws -> draws.select(0));
            try (Decoder reference = opening.reference(LessonRuns.POLICY, policy)) {
                assertThat(reference.borrowed()).isEmpty();
            }
        }
    }

    /** Another folder with the same weights is opened whole, and gives the same run bit for bit. */
    @ParameterizedTest
    @ValueSource(strings = {"grpo --beta 0.1", "rloo --kl_coef 0.1", "xpo", "nash-md"})
    void aRunOnRewardsIsThatOfAWholeReference(String line) throws java.io.IOException {
        Path copy = copy();
        OnlineRuns online = OnlineRuns.in(folder);
        String[] words = line.split(" ");
        for (String out : List.of("shared", "whole")) {
            List<String> settings = new ArrayList<>(Arrays.asList(words).subList(1, words.length));
            settings.addAll(List.of("--num_layers_unfrozen", "1", "--max_steps", "3", "--learning_rate", "1e-2"));
            if (out.equals("whole")) {
                settings.addAll(List.of("--ref_model", copy.toString()));
            }
            online.run(words[0], out, settings.toArray(String[]::new));
        }
        assertThat(online.history("shared").curve("loss").ys()).hasSize(3)
                .isEqualTo(online.history("whole").curve("loss").ys());
        assertThat(SftJobTest.weights(folder.resolve("shared"))).isEqualTo(SftJobTest.weights(folder.resolve("whole")));
    }

    private Path copy() throws java.io.IOException {
        Path copy = folder.resolve("copy");
        Files.createDirectories(copy);
        try (Decoder model = Decoder.load(LessonRuns.POLICY, DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(model, copy, ModelFolder.Format.of(DType.FLOAT32));
        }
        ModelFolder.copyCompanions(LessonRuns.POLICY, copy);
        return copy;
    }

    @Test
    void aMovingOneGoesOnBitForBitAndKeepsItsOwnAlone() throws java.io.IOException {
        Path data = runs.data("dpo");
        String[] words = {"--num_layers_unfrozen", "1", "--sync_ref_model", "--ref_model_sync_steps", "2",
                "--max_steps", "6", "--learning_rate", "1e-2", "--save_steps", "3"};
        runs.run("dpo", "whole", LessonRuns.POLICY, data, words);
        AtomicInteger steps = new AtomicInteger();
        runs.run("dpo", () -> steps.incrementAndGet() == 3, runs.words("broken", LessonRuns.POLICY, data, words));
        List<String> again = new ArrayList<>(List.of(words));
        again.addAll(List.of("--resume", "true"));
        runs.run("dpo", "broken", LessonRuns.POLICY, data, again.toArray(String[]::new));
        assertThat(SftJobTest.weights(folder.resolve("broken"))).isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        List<String> beside = new ArrayList<>(List.of(words));
        beside.addAll(List.of("--ref_model", copy().toString()));
        runs.run("dpo", "beside", LessonRuns.POLICY, data, beside.toArray(String[]::new));
        assertThat(runs.history("beside").curve("loss").ys()).containsExactly(runs.history("whole").curve("loss").ys(),
                within(1e-6));
        try (var file = dev.hone.tensor.SafetensorsFile
                .open(folder.resolve("whole/checkpoint-3/optimizer.safetensors"))) {
            assertThat(file.names()).filteredOn(name -> name.startsWith("reference.")).isNotEmpty()
                    .allMatch(name -> name.contains("layers.1.") || name.contains("norm"));
        }
    }
}
