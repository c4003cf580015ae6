package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TerminalChartTest {
    private static Curve falling(int size) {
        return new Curve(IntStream.range(0, size).asDoubleStream().toArray(),
                IntStream.range(0, size).mapToDouble(i -> 10 - 8.0 * i / (size - 1)).toArray());
    }

    private static List<String> lines(Curve curve, int width, int height, Charset charset) {
        return TerminalChart.render(curve, width, height, charset).lines().toList();
    }

    @Test
    void asciiWhereTheCharsetKnowsNoBraille() {
        for (int size : new int[]{2, 50, 100_000}) {
            List<String> lines = lines(falling(size), 40, 10, StandardCharsets.ISO_8859_1);
            assertThat(lines).hasSize(10).allMatch(line -> line.length() <= 40 && line.chars().allMatch(c -> c < 128));
            assertThat(lines.subList(0, 8)).allMatch(line -> line.contains("*"));
            int before = -1;
            for (String line : lines.subList(0, 8)) {
                assertThat(line.indexOf('*')).as(String.join("\n", lines)).isGreaterThan(before);
                before = line.lastIndexOf('*') - 1;
            }
        }
    }

    @Test
    void brailleElsewhereWithLabelledAxes() {
        List<String> lines = lines(falling(500), 60, 12, StandardCharsets.UTF_8);
        assertThat(lines).hasSize(12).allMatch(line -> line.length() <= 60);
        assertThat(String.join("", lines).chars().filter(c -> c > 0x2800 && c <= 0x28ff).count()).isBetween(50L, 70L);
        assertThat(lines).filteredOn(line -> line.contains("┤"))
                .map(line -> line.substring(0, line.indexOf('┤')).strip()).containsExactly("10",
                        "8", "6", "4", "2");
        assertThat(lines.get(10)).contains("└───");
        assertThat(lines.get(11).strip()).startsWith("0 ").endsWith(" 499");
    }

    @Test
    void gapsStayOpenAndSpikesStayVisible() {
        double[] xs = IntStream.range(0, 10_000).asDoubleStream().toArray();
        double[] ys = IntStream.range(0, 10_000)
                .mapToDouble(i -> i > 4000 && i < 6000 ? Double.NaN : i == 9000 ? 100 : 1).toArray();
        List<String> lines = lines(new Curve(xs, ys), 50, 8, StandardCharsets.US_ASCII);
        String floor = lines.get(5).substring(lines.get(5).indexOf('*'));
        assertThat(floor).matches("\\*+ {7,10}\\*+");
        assertThat(lines.get(0)).contains("*");
    }

    @Test
    void oddInputStillGivesAChart() {
        assertThat(TerminalChart.render(new double[0], new double[0], 40, 8)).isEqualTo("(no values yet)\n");
        assertThat(TerminalChart.render(new double[]{1, 2}, new double[]{Double.NaN, Double.NEGATIVE_INFINITY}, 40, 8))
                .isEqualTo("(no values yet)\n");
        assertThat(lines(new Curve(new double[]{5}, new double[]{0}), 20, 4, StandardCharsets.US_ASCII)).hasSize(4)
                .anyMatch(line -> line.contains("*"));
        assertThat(lines(new Curve(new double[]{0, 1}, new double[]{-1e300, 1e308}), 30, 5, StandardCharsets.UTF_8))
                .hasSize(5)
                .allMatch(line -> line.length() <= 30);
        assertThatThrownBy(() -> TerminalChart.render(new double[1], new double[1], 19, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 20 by 4");
    }
}
