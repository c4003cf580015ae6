package dev.hone.train;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The part of a report that is about learning from rewards: answers with what they earned, and where the time went. */
final class ReportRollouts {
    private ReportRollouts() {}

    /** Best, worst and random answers as cards. */
    static String answers(RolloutPicks picks) {
        return group("Best", "good", picks.best()) + group("Worst", "bad", picks.worst())
                + group("At random", "any", picks.random());
    }

    private static String group(String heading, String style, List<RolloutPicks.Answer> answers) {
        if (answers.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<h3 class=\"group\">" + heading + "</h3>\n<div class=\"rollouts\">\n");
        answers.forEach(answer -> out.append(card(answer, style)));
        return out.append("</div>\n").toString();
    }

    private static String card(RolloutPicks.Answer answer, String style) {
        StringBuilder out = new StringBuilder("<article class=\"card rollout ").append(style).append("\">");
        out.append("<p class=\"note\">step ").append(Numbers.grouped(answer.step())).append(", ended by ")
                .append(Html.escape(answer.stop().replace('_', ' '))).append("</p>");
        out.append(text("asked", answer.prompt())).append(text("answered", answer.completion()));
        out.append("<ul class=\"numbers\">");
        number(out, "reward", answer.reward().map(Numbers::value).orElse("unusable"));
        if (answer.rewards().size() > 1 || answer.reward().isEmpty()) {
            answer.rewards().forEach((name, value) -> number(out, name, value));
        }
        answer.more().forEach((name, value) -> number(out, name, Numbers.value(value)));
        return out.append("</ul></article>\n").toString();
    }

    private static String text(String style, String text) {
        return text.isBlank()
                ? "<p class=\"empty\">(nothing)</p>"
                : "<pre dir=\"auto\" class=\"" + style + "\">" + Html.escape(text) + "</pre>";
    }

    private static void number(StringBuilder out, String name, String value) {
        out.append("<li><span>").append(Html.escape(name)).append("</span> ").append(Html.escape(value))
                .append("</li>");
    }

    /** Shares of the time as a bar with its legend; empty where steps have one phase. */
    static String phases(Map<String, Double> shares) {
        if (shares.isEmpty()) {
            return "";
        }
        StringBuilder bar = new StringBuilder("<div class=\"card\"><div class=\"bar\">");
        StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
        int colour = 0;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            String phase = "phase" + colour++ % 4;
            double percent = 100 * share.getValue();
            bar.append("<span class=\"").append(phase).append("\" style=\"width: ")
                    .append(String.format(Locale.ROOT, "%.2f", percent)).append("%\"></span>");
            legend.append("<li><span class=\"dot ").append(phase).append("\"></span>")
                    .append(Html.escape(share.getKey())).append(' ')
                    .append(String.format(Locale.ROOT, "%.1f", percent)).append(" %</li>");
        }
        return bar.append("</div>").append(legend).append("</ul></div>\n").toString();
    }
}
