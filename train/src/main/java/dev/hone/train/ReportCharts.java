package dev.hone.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the charts of a report from the names of the metrics alone: the reward, or the loss, first and large, a metric and its
 * evaluation together, chosen and rejected together, every other metric by itself.
 */
final class ReportCharts {
    private static final String EVALUATION = "eval_";
    private static final Set<String> UNDRAWN = Set.of("epoch", "num_tokens");
    private static final int ENOUGH_TO_SMOOTH = 30;
    private static final double SPREAD_FOR_LOG = 50;

    private ReportCharts() {}

    /** The charts as HTML; empty when nothing was recorded. */
    static String html(RunHistory history) {
        Map<String, List<String>> groups = groups(
                history.names().stream().filter(name -> tells(name, history.curve(name))).toList());
        StringBuilder out = new StringBuilder();
        List<String> titles = new ArrayList<>(groups.keySet());
        String main = groups.containsKey("reward") ? "reward" : "loss"; // of a loss of advantages little is to be seen
        titles.sort((a, b) -> Boolean.compare(b.equals(main), a.equals(main)));
        for (int i = 0; i < titles.size(); i++) {
            SvgChart chart = chart(titles.get(i), groups.getOrDefault(titles.get(i), List.of()), history);
            if (i == 0) {
                // Text in a scaled SVG shrinks with it, so the wide chart has a second form for narrow screens.
                out.append("<figure class=\"card main wide\">").append(chart.size(1060, 380).svg())
                        .append("</figure>\n");
                out.append("<figure class=\"card main narrow\">").append(chart.size(400, 300).svg())
                        .append("</figure>\n");
                out.append("<div class=\"charts\">\n");
            } else {
                out.append("<figure class=\"card\">").append(chart.size(460, 256).svg()).append("</figure>\n");
            }
        }
        return titles.isEmpty() ? "" : out.append("</div>\n").toString();
    }

    /** Clip ratios and counts of trouble are 0 in most runs, and times are shown as shares. */
    private static boolean tells(String name, Curve curve) {
        return !name.startsWith("time/") && !(name.contains("/") && curve.smallest() == 0 && curve.largest() == 0);
    }

    /** Title to training metrics; the evaluations of each are found by their names. */
    static Map<String, List<String>> groups(List<String> names) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (String name : names) {
            String base = name.startsWith(EVALUATION) ? name.substring(EVALUATION.length()) : name;
            boolean timing = base.equals("runtime") || base.endsWith("_per_second") && !base.equals(name);
            if (!UNDRAWN.contains(base) && !timing) {
                List<String> group = groups.computeIfAbsent(title(base), unseen -> new ArrayList<>());
                if (!group.contains(base)) {
                    group.add(base);
                }
            }
        }
        return groups;
    }

    private static String title(String name) {
        return name.endsWith("/chosen") || name.endsWith("/rejected") ? name.substring(0, name.lastIndexOf('/')) : name;
    }

    private static SvgChart chart(String title, List<String> metrics, RunHistory history) {
        SvgChart chart = new SvgChart(title);
        boolean allSpread = true;
        for (String metric : metrics) {
            String label = metrics.size() == 1 ? "train" : metric.substring(metric.lastIndexOf('/') + 1);
            Curve training = history.curve(metric);
            if (training.size() >= ENOUGH_TO_SMOOTH && !steady(training)) {
                chart.smoothedLine(label, training);
            } else if (training.size() > 0) {
                chart.line(label, training);
            }
            Curve evaluation = history.curve(EVALUATION + metric);
            if (evaluation.size() > 0) {
                chart.dots(metrics.size() == 1 ? "eval" : "eval " + label, evaluation);
            }
            allSpread &= spread(training) && (evaluation.size() == 0 || evaluation.smallest() > 0);
        }
        return chart.logarithmic(allSpread);
    }

    /** Whether a few values would press all others flat on a linear scale. */
    private static boolean spread(Curve curve) {
        return curve.size() > 1 && curve.smallest() > 0 && curve.largest() > SPREAD_FOR_LOG * curve.median();
    }

    /** Whether a curve is smooth by itself, as a learning rate schedule is. */
    private static boolean steady(Curve curve) {
        double travelled = 0;
        for (int i = 1; i < curve.size(); i++) {
            double move = Math.abs(curve.ys()[i] - curve.ys()[i - 1]);
            travelled += Double.isFinite(move) ? move : 0;
        }
        return travelled <= 3 * (curve.largest() - curve.smallest());
    }
}
