package dev.hone.bench.learning;

import dev.hone.train.SvgChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Curves with the band from the least to the greatest seed around their mean, as SVG: panels side by side with one legend, in
 * the colours of the report's charts.
 */
final class SpreadChart {
    private static final double WIDTH = 360;
    private static final double HEIGHT = 250;
    private static final double LEFT = 46;
    private static final double RIGHT = 10;
    private static final double TOP = 30;
    private static final double BOTTOM = 36;
    private static final double LEGEND = 26;
    private static final int TICKS = 5;

    private final List<String> names;
    private final List<Panel> panels = new ArrayList<>();

    /** @param names of the curves, in the order in which every panel has them */
    SpreadChart(List<String> names) {
        this.names = List.copyOf(names);
    }

    private record Panel(String title, List<Spread> curves, double[] guides) {}

    /** @param guides values to draw a dashed line at, such as a threshold */
    SpreadChart panel(String title, List<Spread> curves, double... guides) {
        panels.add(new Panel(title, List.copyOf(curves), guides));
        return this;
    }

    String svg() {
        StringBuilder out = new StringBuilder(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 %s %s\" role=\"img\">%n",
                panels.size() * WIDTH, HEIGHT + LEGEND));
        out.append("<style>").append(SvgChart.style()).append(".band { opacity: .18; stroke: none; }</style>\n");
        double x = LEFT;
        for (int i = 0; i < names.size(); i++) {
            out.append(format("<path class=\"line s%d\" d=\"M%s 14h16\"/>%n", i % 6, x));
            out.append(text(x + 22, 18, "label", "start", names.get(i)));
            x += 50 + 7 * names.get(i).length();
        }
        for (int i = 0; i < panels.size(); i++) {
            out.append(format("<g transform=\"translate(%s %s)\">%n", i * WIDTH, LEGEND));
            draw(panels.get(i), out);
            out.append("</g>\n");
        }
        return out.append("</svg>\n").toString();
    }

    /** Where values stand in a panel. */
    private record Scale(double low, double high, double from, double to) {
        double at(double value) { return from + (value - low) / (high - low) * (to - from); }

        /** The round numbers inside. */
        List<Double> ticks() {
            double raw = (high - low) / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(raw)));
            double step = power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : raw / power < 7.5 ? 5 : 10);
            return IntStream.rangeClosed((int) Math.ceil(low / step - 1e-9), (int) Math.floor(high / step + 1e-9))
                    .mapToObj(i -> i * step).toList();
        }
    }

    private void draw(Panel panel, StringBuilder out) {
        double last = panel.curves().stream().mapToDouble(c -> c.xs()[c.xs().length - 1]).max().orElse(1);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Spread curve : panel.curves()) {
            for (int i = 0; i < curve.xs().length; i++) {
                low = Math.min(low, curve.least()[i]);
                high = Math.max(high, curve.greatest()[i]);
            }
        }
        for (double guide : panel.guides()) {
            low = Math.min(low, guide);
            high = Math.max(high, guide);
        }
        double air = Math.max(1e-9, 0.05 * (high - low));
        Scale x = new Scale(0, last, LEFT, WIDTH - RIGHT);
        Scale y = new Scale(low >= 0 ? Math.max(0, low - air) : low - air, high + air, HEIGHT - BOTTOM, TOP);
        out.append(text(LEFT, 16, "title", "start", panel.title()));
        axes(x, y, out);
        for (double guide : panel.guides()) {
            out.append(format("<path class=\"guide\" d=\"M%s %sH%s\"/>%n", LEFT, y.at(guide), WIDTH - RIGHT));
        }
        for (int i = 0; i < panel.curves().size(); i++) {
            curve(panel.curves().get(i), i % 6, x, y, out);
        }
    }

    private static void axes(Scale x, Scale y, StringBuilder out) {
        for (double tick : y.ticks()) {
            out.append(format("<path class=\"grid\" d=\"M%s %sH%s\"/>%n", LEFT, y.at(tick), WIDTH - RIGHT));
            out.append(text(LEFT - 6, y.at(tick) + 4, "label", "end", label(tick)));
        }
        for (double tick : x.ticks()) {
            out.append(text(x.at(tick), HEIGHT - BOTTOM + 18, "label", "middle", label(tick)));
        }
        out.append(format("<path class=\"axis\" d=\"M%s %sH%s\"/>%n", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT));
    }

    private static void curve(Spread curve, int colour, Scale x, Scale y, StringBuilder out) {
        StringBuilder line = new StringBuilder();
        StringBuilder band = new StringBuilder();
        int count = curve.xs().length;
        for (int i = 0; i < count; i++) {
            line.append(point(i == 0 ? 'M' : 'L', x.at(curve.xs()[i]), y.at(curve.mean()[i])));
            band.append(point(i == 0 ? 'M' : 'L', x.at(curve.xs()[i]), y.at(curve.greatest()[i])));
        }
        for (int i = count - 1; i >= 0; i--) {
            band.append(point('L', x.at(curve.xs()[i]), y.at(curve.least()[i])));
        }
        out.append("<path class=\"band f").append(colour).append("\" d=\"").append(band).append("Z\"/>\n");
        out.append("<path class=\"line s").append(colour).append("\" d=\"").append(line).append("\"/>\n");
    }

    private static String point(char command, double x, double y) {
        return String.format(Locale.ROOT, "%c%.1f %.1f", command, x, y);
    }

    private static String text(double x, double y, String style, String anchor, String text) {
        return format("<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n", style, x, y, anchor,
                text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private static String label(double tick) {
        return String.format(Locale.ROOT, "%.3f", tick).replaceAll("\\.?0+$", "").replaceAll("^$", "0");
    }

    /** Numbers of pixels are written with one decimal at most. */
    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, Arrays.stream(values)
                .map(value -> value instanceof Double pixels
                        ? String.format(Locale.ROOT, "%.1f", pixels).replace(".0", "")
                        : value)
                .toArray());
    }
}
