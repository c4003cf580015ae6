package dev.hone.train;

import static dev.hone.train.SvgChart.number;
import static dev.hone.train.SvgChart.text;

import dev.hone.train.SvgChart.Kind;
import dev.hone.train.SvgChart.Plot;
import dev.hone.train.SvgChart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws what stands inside a chart's plot: grid, curves, marks of missing values, and the readouts under the pointer. */
final class SvgMarks {
    private static final double BAND = 6;
    private static final int MAX_MARKS = 50;
    private static final int MAX_POINTS = 1000;
    private static final int MAX_DOTS = 200;

    private final StringBuilder out;
    private final Plot plot;
    private final String xName;

    SvgMarks(StringBuilder out, Plot plot, String xName) {
        this.out = out;
        this.plot = plot;
        this.xName = xName;
    }

    void grid() {
        Axis x = plot.x();
        Axis y = plot.y();
        List<Double> rows = y.ticks((int) Math.max(2, (y.from() - y.to()) / 42));
        List<String> rowLabels = y.labels(rows);
        for (int i = 0; i < rows.size(); i++) {
            double at = y.at(rows.get(i));
            out.append(path("grid", "M" + number(x.from()) + " " + number(at) + "H" + number(x.to())));
            out.append(text(x.from() - 8, at + 4, "label", "end", rowLabels.get(i)));
        }
        List<Double> columns = x.ticks((int) Math.max(2, (x.to() - x.from()) / 80));
        List<String> columnLabels = x.labels(columns);
        for (int i = 0; i < columns.size(); i++) {
            double at = x.at(columns.get(i));
            out.append(path("axis", "M" + number(at) + " " + number(y.from()) + "v4"));
            out.append(text(at, y.from() + 18, "label", "middle", columnLabels.get(i)));
        }
        out.append(path("axis", "M" + number(x.from()) + " " + number(y.from()) + "H" + number(x.to())));
        out.append(text(x.from(), y.from() + 38, "label x", "start", xName));
    }

    void series(Series one) {
        Curve curve = one.curve().thinned(one.kind() == Kind.DOTS ? MAX_DOTS : MAX_POINTS);
        String line = line(curve);
        if (!line.isEmpty()) {
            out.append(path(lineClass(one) + " s" + one.colour() % 6, line));
        }
        if (one.kind() == Kind.DOTS) {
            for (int i = 0; i < curve.size(); i++) {
                double y = plot.y().at(curve.ys()[i]);
                if (Double.isFinite(y)) {
                    out.append(dot("dot", one, plot.x().at(curve.xs()[i]), y, 3.5));
                }
            }
        }
    }

    static String lineClass(Series one) {
        return switch (one.kind()) {
            case LINE, SMOOTH -> "line";
            case FAINT -> "line faint";
            case DOTS -> "line thin";
        };
    }

    /** A path of one or more strokes; a gap ends a stroke, a point between two gaps becomes a dot. */
    private String line(Curve curve) {
        StringBuilder path = new StringBuilder();
        boolean open = false;
        for (int i = 0; i < curve.size(); i++) {
            double y = plot.y().at(curve.ys()[i]);
            if (!Double.isFinite(y)) {
                open = false;
                continue;
            }
            path.append(open ? 'L' : 'M').append(number(plot.x().at(curve.xs()[i]))).append(' ').append(number(y));
            boolean alone = !open && (i + 1 == curve.size() || !Double.isFinite(plot.y().at(curve.ys()[i + 1])));
            path.append(alone ? "h0" : "");
            open = true;
        }
        return path.toString();
    }

    /** Red triangles on the axis where a value was NaN or infinite: a gap alone is easily overlooked. */
    void nonFinite(Series one) {
        Curve curve = one.curve();
        int marks = 0;
        for (int i = 0; i < curve.size() && marks < MAX_MARKS; i++) {
            if (!Double.isFinite(curve.ys()[i])) {
                String at = number(plot.x().at(curve.xs()[i])) + " " + number(plot.y().from() - 1);
                out.append(String.format(Locale.ROOT,
                        "<path class=\"bad\" d=\"M%sl-4.5 -8h9z\"><title>%s</title></path>%n", at,
                        Html.escape(position(curve.xs()[i]) + ": " + one.name() + " " + curve.ys()[i])));
                marks++;
            }
        }
    }

    /** Invisible upright bands; the one under the pointer shows a guide, the points and, below the plot, their values. */
    void readouts(List<Series> all) {
        double left = plot.x().from();
        double right = plot.x().to();
        int bands = (int) Math.max(1, (right - left) / BAND);
        double half = (right - left) / bands / 2;
        List<Double> told = new ArrayList<>();
        for (int band = 0; band < bands; band++) {
            double x = told(all, left + half * (2 * band + 1), half);
            if (Double.isFinite(x) && (told.isEmpty() || x > told.getLast())) {
                told.add(x);
            }
        }
        for (int i = 0; i < told.size(); i++) {
            double at = plot.x().at(told.get(i));
            double start = i == 0 ? left : (plot.x().at(told.get(i - 1)) + at) / 2;
            double end = i + 1 == told.size() ? right : (plot.x().at(told.get(i + 1)) + at) / 2;
            readout(all, told.get(i), start, end);
        }
    }

    /** The position that a band tells about: a single measurement in it, else the nearest value of any series. */
    private double told(List<Series> all, double centre, double half) {
        double wanted = plot.x().valueAt(centre);
        double best = Double.NaN;
        for (Series one : all) {
            int index = one.curve().nearest(wanted);
            if (index < 0) {
                continue;
            }
            double x = one.curve().xs()[index];
            if (one.kind() == Kind.DOTS && Math.abs(plot.x().at(x) - centre) <= half) {
                return x;
            }
            best = Math.abs(x - wanted) >= Math.abs(best - wanted) ? best : x;
        }
        return best;
    }

    private void readout(List<Series> all, double x, double start, double end) {
        Axis y = plot.y();
        StringBuilder points = new StringBuilder();
        List<String> values = new ArrayList<>();
        List<String> unsmoothed = new ArrayList<>();
        for (Series one : all) {
            int index = one.curve().nearest(x);
            double at = index < 0 ? Double.NaN : plot.x().at(one.curve().xs()[index]);
            if (Math.abs(at - plot.x().at(x)) <= BAND / 2) {
                double value = one.curve().ys()[index];
                String told = (all.size() == 1 ? "" : SvgChart.label(one, all) + " ") + Numbers.value(value);
                values.add(told);
                if (one.kind() != Kind.SMOOTH) {
                    unsmoothed.add(told);
                }
                points.append(Double.isFinite(y.at(value)) && one.kind() != Kind.FAINT
                        ? dot("dot", one, at, y.at(value), 4)
                        : "");
            }
        }
        String complete = position(x) + " · " + String.join(" · ", values);
        boolean fits = complete.length() * SvgChart.CHARACTER <= plot.x().to() - plot.x().from();
        String shown = fits ? complete : position(x) + " · " + String.join(" · ", unsmoothed);
        band(start, end, complete, points + text(plot.x().to(), y.from() + 38, "value", "end", shown), plot.x().at(x));
    }

    private void band(double start, double end, String told, String tip, double at) {
        Axis y = plot.y();
        out.append(String.format(Locale.ROOT,
                "<g class=\"hit\"><rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>"
                        + "<g class=\"tip\"><path class=\"guide\" d=\"M%s %sV%s\"/>%s</g><title>%s</title></g>%n",
                number(start), number(y.to()), number(end - start), number(y.from() - y.to()), number(at),
                number(y.to()),
                number(y.from()), tip, Html.escape(told)));
    }

    private String position(double x) { return xName + " " + Numbers.value(x); }

    private static String dot(String style, Series one, double x, double y, double radius) {
        return String.format(Locale.ROOT, "<circle class=\"%s f%d\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>%n", style,
                one.colour() % 6,
                number(x), number(y), number(radius));
    }

    private static String path(String style, String d) { return "<path class=\"" + style + "\" d=\"" + d + "\"/>\n"; }
}
