package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SelfTestTest {
    @Test
    void ratesAreThoseOfAMachineAndTakeAboutTheTimeGiven() {
        SelfTest.rate(DType.FLOAT32, Device.CPU, Duration.ZERO);
        long begun = System.nanoTime();
        SelfTest.Rates rates = SelfTest.rates(Device.CPU, Duration.ofMillis(200));
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertThat(rates.fp32()).isBetween(0.1, 1e6);
        assertThat(rates.bf16()).isBetween(0.01, 1e7);
        assertThat(seconds).isBetween(0.2, 60.0);
    }
}
