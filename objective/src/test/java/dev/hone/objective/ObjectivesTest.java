package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.objective.SignalTable.Variant;
import dev.hone.tensor.DType;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws that every registered objective keeps, whatever form its settings choose. */
class ObjectivesTest {
    private static final int[] TURNED = {2, 0, 3, 1};

    static List<Variant> variants() { return SignalTable.variants(); }

    @ParameterizedTest
    @MethodSource("variants")
    void gradientsAgreeWithFiniteDifferences(Variant variant) {
        assumeTrue(!holdsSomethingStill(variant));
        SignalTable table = new SignalTable(variant.objective());
        double[] at = table.ordinary();
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(at).leaf();
            table.loss(leaf, SignalTable.all()).backward();
            double[] gradient = leaf.grad().toDoubles();
            assertThat(leaf.grad().abs().max().item()).isPositive();
            for (int i = 0; i < at.length; i++) {
                double slope = (moved(table, at, i, 1e-5) - moved(table, at, i, -1e-5)) / 2e-5;
                assertThat(gradient[i]).as("by value %d", i).isCloseTo(slope, within(1e-6 + 1e-6 * Math.abs(slope)));
            }
        }
    }

    /** Weights that depend on the same values and are not differentiated; golden gradients or a test of their own cover them. */
    private static boolean holdsSomethingStill(Variant variant) {
        Map<String, Object> settings = variant.settings();
        return settings.containsKey("use_weighting") || variant.name().equals("nash-md")
                || variant.name().equals("ilql") && settings.containsKey("beta")
                || List.of("cispo", "vespo").contains(settings.getOrDefault("loss_type", ""))
                || "sequence_token".equals(settings.get("importance_sampling_level"));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void theOrderOfRowsSaysNothing(Variant variant) {
        SignalTable table = new SignalTable(variant.objective());
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(table.ordinary());
            double whole = table.loss(leaf, SignalTable.all()).item();
            assertThat(table.loss(leaf, TURNED).item()).isCloseTo(whole, within(1e-12 + 1e-12 * Math.abs(whole)));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void partsOfAStepAddUp(Variant variant) {
        assumeTrue(!variant.objective().needs().contains(Need.WHOLE_STEP));
        SignalTable table = new SignalTable(variant.objective());
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(table.ordinary());
            double whole = table.loss(leaf, SignalTable.all()).item();
            double parts = table.loss(leaf, new int[]{0, 1, 3}).item() + table.loss(leaf, new int[]{2}).item();
            assertThat(parts).isCloseTo(whole, within(1e-12 + 1e-12 * Math.abs(whole)));
            Map<String, Double> metrics = table.metrics(leaf, SignalTable.all()).reported();
            Map<String, Double> sums = table.metrics(leaf, new int[]{0, 1, 3})
                    .plus(table.metrics(leaf, new int[]{2})).reported();
            assertThat(sums.keySet()).isEqualTo(metrics.keySet());
            metrics.forEach((name, value) -> assertThat(sums.get(name)).as(name).isCloseTo(value, within(1e-9)));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void sixtyNatsAreFinite(Variant variant) {
        SignalTable table = new SignalTable(variant.objective());
        for (boolean up : new boolean[]{true, false}) {
            try (Scope scope = Scope.open()) {
                Tensor leaf = Tensors.of(table.extreme(up)).to(DType.FLOAT32).leaf();
                Tensor loss = table.loss(leaf, SignalTable.all());
                assertThat(loss.item()).isFinite();
                loss.backward();
                assertThat(leaf.grad().toDoubles()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY);
            }
        }
    }

    @Test
    void aNameIsFoundAndHasItsOwnDefaults() {
        assertThat(Stream.concat(Objectives.all().stream(), Objectives.online().stream()))
                .extracting(Objectives.Entry::name).doesNotHaveDuplicates();
        assertThat(Objectives.find("rloo").orElseThrow().make()).isEqualTo(new Rloo(0.2, Optional.empty()));
        assertThat(Objectives.find("reinforce++").orElseThrow().make())
                .isEqualTo(new ReinforcePlusPlus(0.2, Optional.empty(), 0));
        assertThat(Objectives.find("simpo").orElseThrow().make()).isEqualTo(new Simpo(2, 1, 0, 0));
        assertThat(Objectives.find("cpo").orElseThrow().make())
                .isEqualTo(new Cpo(Cpo.LossType.SIGMOID, 0.1, 0, 1, 0.5, 0));
        assertThat(Objectives.find("no-such")).isEmpty();
    }

    private static double moved(SignalTable table, double[] at, int value, double by) {
        double[] other = at.clone();
        other[value] += by;
        return table.loss(Tensors.of(other), SignalTable.all()).item();
    }
}
