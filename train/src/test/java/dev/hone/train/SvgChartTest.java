package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class SvgChartTest {
    private static final Pattern POINT = Pattern.compile("([ML])(-?[0-9.]+) (-?[0-9.]+)");

    private static Curve of(int size, IntToDoubleFunction value) {
        return new Curve(IntStream.range(0, size).asDoubleStream().toArray(),
                IntStream.range(0, size).mapToDouble(value).toArray());
    }

    private static Document parse(SvgChart chart) { return Markup.parse(chart.standalone()); }

    private static List<double[]> points(Element path) {
        Matcher matcher = POINT.matcher(path.getAttribute("d"));
        List<double[]> points = new ArrayList<>();
        while (matcher.find()) {
            points.add(new double[]{Double.parseDouble(matcher.group(2)), Double.parseDouble(matcher.group(3))});
        }
        return points;
    }

    private static List<Element> curves(Document svg) {
        return Markup.elements(svg, "path", "line").stream()
                .filter(path -> !path.getAttribute("d").matches("M\\S+ \\S+h16")).toList();
    }

    @Test
    void everyPointStandsInsideThePlotWhateverTheValues() {
        Random random = new Random(4);
        for (int run = 0; run < 24; run++) {
            double scale = Math.pow(10, random.nextInt(-30, 30));
            Curve noisy = of(1 + random.nextInt(3000),
                    i -> random.nextInt(50) == 0 ? Double.NaN : scale * random.nextGaussian());
            SvgChart chart = new SvgChart("noise").smoothedLine("a", noisy).dots("b", of(5, i -> 3 * scale * i))
                    .logarithmic(run % 2 == 0).size(300 + 10 * run, 200);
            Document svg = parse(chart);
            double width = 300 + 10 * run;
            List<double[]> all = new ArrayList<>();
            curves(svg).forEach(path -> all.addAll(points(path)));
            assertThat(all).isNotEmpty()
                    .allMatch(p -> p[0] >= 54 && p[0] <= width - 14 && p[1] >= 30 && p[1] <= 200 - 44);
        }
    }

    @Test
    void knownValuesStandAtKnownPlaces() {
        Document svg = parse(new SvgChart("line")
                .line("y", new Curve(new double[]{0, 10, 20}, new double[]{0, 50, 100})).size(268, 204));
        List<double[]> points = points(curves(svg).getFirst());
        // The plot spans 54 to 254 and 160 to 30; values 0 to 106.
        assertThat(points.get(0)).containsExactly(54, 160);
        assertThat(points.get(1)).containsExactly(154, 98.7);
        assertThat(points.get(2)).containsExactly(254, 37.4);
    }

    @Test
    void gapsEndAStrokeAndNeverReachThePath() {
        double[] ys = {1, 2, Double.NaN, 4, Double.POSITIVE_INFINITY, 6, 7, 8};
        Document svg = parse(new SvgChart("gaps").line("y", of(ys.length, i -> ys[i])));
        String path = curves(svg).getFirst().getAttribute("d");
        assertThat(path).doesNotContain("NaN", "Infinity", "∞").matches("M[^M]*L[^M]*M[^ML]*h0M[^M]*L[^M]*L[^M]*");
        assertThat(points(curves(svg).getFirst())).hasSize(6);
        assertThat(Markup.elements(svg, "path", "bad")).map(mark -> mark.getTextContent()).containsExactly(
                "step 2: y NaN",
                "step 4: y Infinity");
    }

    @Test
    void onALogarithmicScaleWhatIsNotPositiveIsAGap() {
        Document svg = parse(
                new SvgChart("log").line("y", of(5, i -> new double[]{1, 0, -5, 100, 10}[i])).logarithmic(true));
        List<double[]> points = points(curves(svg).getFirst());
        assertThat(points).hasSize(3);
        // 10 is half way between 1 and 100.
        assertThat(points.get(2)[1]).isCloseTo((points.get(0)[1] + points.get(1)[1]) / 2, within(0.11));
        assertThat(Markup.elements(svg, "path", "bad")).isEmpty();
    }

    @Test
    void longCurvesAreThinnedButTheReadoutsStayExact() {
        Curve curve = of(50_000, i -> i == 31_234 ? 9.75 : 1 / (1.0 + i));
        Document svg = parse(new SvgChart("long").line("y", curve));
        assertThat(points(curves(svg).getFirst())).hasSizeBetween(500, 1000);
        List<Element> bands = Markup.elements(svg, "g", "hit");
        assertThat(bands).hasSizeBetween(50, 90);
        for (Element band : bands) {
            String told = band.getElementsByTagName("title").item(0).getTextContent();
            int step = Integer.parseInt(told.substring(5, told.indexOf(" ·")).replace(",", ""));
            assertThat(told).endsWith("· " + Numbers.value(curve.ys()[step]));
        }
    }

    @Test
    void readoutBandsTileThePlotAndTellEveryFewPoints() {
        Document svg = parse(new SvgChart("few").smoothedLine("loss", of(7, i -> 7.5 - i)).dots("eval",
                new Curve(new double[]{3}, new double[]{
                        4.25})));
        List<Element> bands = Markup.elements(svg, "g", "hit");
        assertThat(bands).hasSize(7).map(band -> band.getElementsByTagName("title").item(0).getTextContent())
                .startsWith("step 0 · loss 7.500 · smoothed 7.500")
                .contains("step 3 · loss 4.500 · smoothed 4.500 · eval 4.250");
        double edge = 54;
        for (Element band : bands) {
            Element area = (Element) band.getElementsByTagName("rect").item(0);
            assertThat(Double.parseDouble(area.getAttribute("x"))).isCloseTo(edge, within(0.11));
            edge = Double.parseDouble(area.getAttribute("x")) + Double.parseDouble(area.getAttribute("width"));
        }
        assertThat(edge).isCloseTo(520 - 14, within(0.11));
    }

    @Test
    void legendOnlyWhereThereIsSomethingToTellApart() {
        assertThat(labels(new SvgChart("one").line("first", of(3, i -> i)))).doesNotContain("first");
        assertThat(labels(new SvgChart("two").line("first", of(3, i -> i)).line("second", of(3, i -> i))))
                .contains("first", "second");
        assertThat(labels(new SvgChart("pair").smoothedLine("a", of(3, i -> i)).smoothedLine("b", of(3, i -> i))))
                .contains("a", "a smoothed",
                        "b", "b smoothed");
    }

    private static List<String> labels(SvgChart chart) {
        return Markup.elements(parse(chart), "text").stream().map(Element::getTextContent).toList();
    }

    @Test
    void manyLegendEntriesWrapInsideTheChart() {
        SvgChart chart = new SvgChart("many").size(240, 300);
        for (int i = 0; i < 9; i++) {
            chart.line("series number " + i, of(2, x -> x));
        }
        assertThat(Markup.elements(parse(chart), "text").stream()
                .filter(text -> text.getTextContent().startsWith("series")))
                .allMatch(text -> Double.parseDouble(text.getAttribute("x")) < 120);
    }

    @Test
    void namesFromAnywhereAreText() {
        String evil = "</text><script>alert(\"1\")</script>&\u0000\ud800'";
        Document svg = parse(
                new SvgChart(evil).xName(evil).line(evil, of(3, i -> i)).line("b", of(3, i -> Double.NaN)));
        assertThat(Markup.elements(svg, "script")).isEmpty();
        assertThat(Markup.elements(svg, "text", "title").getFirst().getTextContent())
                .isEqualTo("</text><script>alert(\"1\")</script>&␀\ufffd'");
    }

    @Test
    void emptyAndConstantAndSingleValuesHaveAChart() {
        assertThat(labels(new SvgChart("none"))).contains("no values yet");
        assertThat(labels(new SvgChart("nan").line("y", of(4, i -> Double.NaN)))).contains("no values yet");
        assertThat(points(curves(parse(new SvgChart("flat").line("y", of(4, i -> 0)))).getFirst())).hasSize(4);
        assertThat(curves(parse(new SvgChart("dot").line("y", of(1, i -> 3)))).getFirst().getAttribute("d"))
                .endsWith("h0");
    }

    @Test
    void refusesASizeWithoutRoom() {
        assertThatThrownBy(() -> new SvgChart("x").size(100, 300)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("200");
        assertThatThrownBy(() -> new SvgChart("x").size(300, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
