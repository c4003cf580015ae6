package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sequences of the KL weight and of the cost multiplier, by hand. */
class ControllersTest {

    @Test
    void theWeightFollowsItsTarget() {
        KlController start = new KlController(0.2, 6, 1000);
        KlController up = start.after(12, 100); // error 1, clipped to 0.2
        assertThat(up.beta()).isCloseTo(0.2 * 1.02, within(1e-15));
        KlController down = up.after(5.4, 100); // error −0.1
        assertThat(down.beta()).isCloseTo(0.2 * 1.02 * 0.99, within(1e-15));
        assertThat(down.after(-3, 500).beta()).isCloseTo(0.2 * 1.02 * 0.99 * 0.9, within(1e-15));
        assertThat(start.restored(down.toMap())).isEqualTo(down);
        assertThat(start.after(Double.NaN, 10)).isEqualTo(start);
    }

    @Test
    void aFixedWeightStays() { assertThat(KlController.fixed(0.05).after(100, 64).beta()).isEqualTo(0.05); }

    @Test
    void lambdaRisesWhileEpisodesCostTooMuch() {
        LagrangeMultiplier start = new Lagrangian(0.5, 2, 10, 0.1, 0, 3).start();
        assertThat(start.lambda()).isCloseTo(2, within(1e-15));
        LagrangeMultiplier first = start.after(1, 2); // mean 1.5, excess 1
        double eta = Math.log(2) + 0.1 * 1 * 2;
        assertThat(first.eta()).isCloseTo(eta, within(1e-15));
        LagrangeMultiplier second = first.after(-3, Double.NaN, -6); // newest three: 2, −3, −6
        double next = eta + 0.1 * (-7.0 / 3 - 0.5) * Math.exp(eta);
        assertThat(second.eta()).isCloseTo(next, within(1e-12));
        assertThat(second.costs()).containsExactly(2.0, -3.0, -6.0);
        assertThat(start.restored(second.toMap())).isEqualTo(second);
    }

    @Test
    void lambdaWaitsAndHasABound() {
        LagrangeMultiplier start = new Lagrangian(0, 1, 1.5, 10, 1, 8).start();
        LagrangeMultiplier waited = start.after(4);
        assertThat(waited.lambda()).isEqualTo(1);
        assertThat(waited.after(4).lambda()).isCloseTo(1.5, within(1e-12));
        assertThat(waited.after().steps()).isEqualTo(2);
    }

    @Test
    void advantagesAreCombined() {
        LagrangeMultiplier three = new Lagrangian(0, 3, 10, 0.1, 0, 8).start();
        double[][] combined = three.combined(new double[][]{{1, 2}, {4}}, new double[][]{{0.5, -1}, {0}});
        assertThat(combined[0]).containsExactly(new double[]{-0.125, 1.25}, within(1e-12));
        assertThat(combined[1]).containsExactly(new double[]{1}, within(1e-12));
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new KlController(-1, 6, 10)).hasMessageContaining("beta -1");
        assertThatThrownBy(() -> new Lagrangian(0, 20, 10, 0, -1, 0)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("lambda_init", "lambda_lr", "lambda_update_delay_steps",
                        "episode_cost_window_size");
        assertThatThrownBy(() -> KlController.fixed(1).restored(Map.of())).hasMessageContaining("beta");
        LagrangeMultiplier one = new Lagrangian(0, 1, 10, 0.1, 0, 8).start();
        assertThatThrownBy(() -> one.restored(Map.of("eta", 1))).hasMessageContaining("costs");
        assertThat(one.restored(Map.of("eta", 0, "steps", 3, "costs", List.of())).steps()).isEqualTo(3);
    }
}
