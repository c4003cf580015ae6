package dev.hone.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A line chart as SVG text, without scripts: axes with round ticks, grid, legend, several series, and values that show
 * under the pointer. Colours follow the reader's light or dark preference.
 */
public final class SvgChart {
    private static final double LEFT = 54;
    private static final double RIGHT = 14;
    private static final double BOTTOM = 44;
    private static final double ROW = 19;
    static final double CHARACTER = 6.6;

    /** How a series is drawn. */
    enum Kind {
        LINE, FAINT, SMOOTH, DOTS
    }

    record Series(String name, Curve curve, Kind kind, int colour) {}

    /** The rectangle that the curves stand in. */
    record Plot(Axis x, Axis y) {}

    private final String title;
    private final List<Series> series = new ArrayList<>();
    private String xName = "step";
    private double width = 520;
    private double height = 300;
    private boolean logarithmic;
    private int colours;

    public SvgChart(String title) { this.title = title; }

    /** Adds a curve. */
    public SvgChart line(String name, Curve curve) {
        series.add(new Series(name, curve, Kind.LINE, colours++));
        return this;
    }

    /** Adds a noisy curve: faint as it is, with its smoothed form on top. */
    public SvgChart smoothedLine(String name, Curve curve) {
        series.add(new Series(name, curve, Kind.FAINT, colours));
        series.add(new Series(name, curve.smoothed(), Kind.SMOOTH, colours++));
        return this;
    }

    /** Adds single measurements, such as evaluations: dots on a thin line. */
    public SvgChart dots(String name, Curve curve) {
        series.add(new Series(name, curve, Kind.DOTS, colours++));
        return this;
    }

    /** A logarithmic value axis; values that are not positive become gaps. */
    public SvgChart logarithmic(boolean on) {
        logarithmic = on;
        return this;
    }

    /** Size in CSS pixels, at least 200 by 160. */
    public SvgChart size(double widthPixels, double heightPixels) {
        if (!(widthPixels >= 200 && heightPixels >= 160)) {
            throw new IllegalArgumentException(
                    "found a chart of " + widthPixels + " by " + heightPixels
                            + " pixels, expected at least 200 by 160");
        }
        width = widthPixels;
        height = heightPixels;
        return this;
    }

    /** What the positions are, {@code step} if not said. */
    public SvgChart xName(String name) {
        xName = name;
        return this;
    }

    /** The chart as an element to stand in a page that holds {@link #style}. */
    public String svg() {
        return element("");
    }

    /** The chart as a file of its own. */
    public String standalone() {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element("<style>" + style() + "</style>\n");
    }

    /** The style sheet that charts need, once a page. */
    public static String style() { return resource("chart.css"); }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(SvgChart.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("the resource " + name + " of this program cannot be read", failure);
        }
    }

    private String element(String style) {
        StringBuilder out = new StringBuilder();
        out.append(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 %s %s\" "
                        + "role=\"img\" aria-label=\"%s\">%n",
                number(width), number(height), Html.escape(description())));
        out.append(style);
        out.append(text(2, 16, "title", "start", title));
        Plot plot = plot(legend(out));
        SvgMarks marks = new SvgMarks(out, plot, xName);
        marks.grid();
        if (series.stream().noneMatch(one -> hasValues(one.curve()))) {
            double middle = (plot.y().from() + plot.y().to()) / 2;
            out.append(text((plot.x().from() + plot.x().to()) / 2, middle, "label", "middle", "no values yet"));
        }
        series.forEach(marks::series);
        series.stream().filter(one -> one.kind() == Kind.LINE || one.kind() == Kind.FAINT).forEach(marks::nonFinite);
        marks.readouts(series);
        return out.append("</svg>\n").toString();
    }

    private String description() {
        List<String> parts = new ArrayList<>();
        for (Series one : series) {
            double[] finite = Arrays.stream(one.curve().ys()).filter(Double::isFinite).toArray();
            if (finite.length > 0) {
                parts.add(label(one, series) + " from " + Numbers.value(finite[0]) + " to "
                        + Numbers.value(finite[finite.length - 1]));
            }
        }
        return title + " over " + xName + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
    }

    /** Draws the legend if there is anything to tell apart, and gives the top edge of the plot. */
    private double legend(StringBuilder out) {
        double y = 16;
        if (series.size() < 2) {
            return y + 14;
        }
        double x = 2;
        y += ROW;
        for (Series one : series) {
            double needed = 26 + CHARACTER * label(one, series).length() + 14;
            if (x > 2 && x + needed > width) {
                x = 2;
                y += ROW;
            }
            out.append(swatch(x, y - 4, one)).append(text(x + 22, y, "label", "start", label(one, series)));
            x += needed;
        }
        return y + 14;
    }

    private static String swatch(double x, double y, Series one) {
        return switch (one.kind()) {
            case DOTS -> String.format(Locale.ROOT, "<circle class=\"dot f%d\" cx=\"%s\" cy=\"%s\" r=\"3.5\"/>",
                    one.colour() % 6,
                    number(x + 8), number(y));
            case LINE, FAINT, SMOOTH ->
                String.format(Locale.ROOT, "<path class=\"%s s%d\" d=\"M%s %sh16\"/>", SvgMarks.lineClass(one),
                        one.colour() % 6, number(x), number(y));
        };
    }

    private Plot plot(double top) {
        double firstX = Double.POSITIVE_INFINITY;
        double lastX = Double.NEGATIVE_INFINITY;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Series one : series) {
            Curve curve = one.curve();
            for (int i = 0; i < curve.size(); i++) {
                firstX = Math.min(firstX, curve.xs()[i]);
                lastX = Math.max(lastX, curve.xs()[i]);
                if (drawable(curve.ys()[i])) {
                    low = Math.min(low, curve.ys()[i]);
                    high = Math.max(high, curve.ys()[i]);
                }
            }
        }
        Axis x = firstX <= lastX
                ? Axis.tight(firstX, lastX, LEFT, width - RIGHT)
                : Axis.tight(0, 1, LEFT, width - RIGHT);
        double floor = height - BOTTOM;
        if (low > high) {
            return new Plot(x, Axis.airy(0, 1, floor, top));
        }
        return new Plot(x, logarithmic ? Axis.logarithmic(low, high, floor, top) : Axis.airy(low, high, floor, top));
    }

    private boolean hasValues(Curve curve) { return Arrays.stream(curve.ys()).anyMatch(this::drawable); }

    private boolean drawable(double value) { return Double.isFinite(value) && (!logarithmic || value > 0); }

    /** What a series is called in the legend and under the pointer. */
    static String label(Series one, List<Series> all) {
        if (one.kind() != Kind.SMOOTH) {
            return one.name();
        }
        boolean only = all.stream().filter(other -> other.kind() == Kind.SMOOTH).count() == 1;
        return only ? "smoothed" : one.name() + " smoothed";
    }

    static String text(double x, double y, String style, String anchor, String text) {
        return String.format(Locale.ROOT, "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n", style,
                number(x),
                number(y), anchor, Html.escape(text));
    }

    /** One decimal is a tenth of a pixel, and half the size of the file. */
    static String number(double pixels) {
        String text = String.format(Locale.ROOT, "%.1f", pixels);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
