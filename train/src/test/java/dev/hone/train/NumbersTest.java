package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void values() {
        assertThat(DoubleStream
                .of(0, 2, 2.31415, 23.1415, 231.415, 0.231415, -0.00231415, 12345.6, 1.8e-4, -2e-5, 1e18, Double.NaN)
                .mapToObj(Numbers::value)).containsExactly("0", "2", "2.314", "23.14", "231.4", "0.2314", "-0.0023",
                        "12,346", "1.8e-4", "-2e-5",
                        "1e18", "NaN");
        assertThat(Numbers.scientific(1e-4)).isEqualTo("1e-4");
        assertThat(Numbers.scientific(1.234e20)).isEqualTo("1.23e20");
        assertThat(Numbers.scientific(0)).isEqualTo("0");
        assertThat(Numbers.grouped(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
    }

    @Test
    void durations() {
        assertThat(LongStream.of(-1, 0, 59, 60, 190, 3599, 3600, 7500, 86_400, 273_600)
                .mapToObj(s -> Numbers.duration(Duration.ofSeconds(s))))
                .containsExactly("0 s", "0 s", "59 s", "1 min 00 s", "3 min 10 s", "59 min 59 s", "1 h 00 min",
                        "2 h 05 min", "1 d 0 h",
                        "3 d 4 h");
    }

    @Test
    void sizes() {
        assertThat(LongStream.of(0, 1023, 1024, 1536L << 20, 200L << 30, Long.MAX_VALUE).mapToObj(Numbers::bytes))
                .containsExactly("0 B",
                        "1023 B", "1.0 KiB", "1.5 GiB", "200 GiB", "8.0 EiB");
    }
}
