package dev.hone.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The stages of a pipeline as a table: what became of each, how long it took, its main numbers, where it lies. */
final class PipelineSummary {
    private static final List<String> MAIN = List.of("win_rate", "eval_reward", "reward_before", "reward",
            "objective/kl", "eval_accuracy", "accuracy", "eval_rewards/accuracies", "eval_rewards/margins",
            "rewards/margins", "eval_loss", "loss");
    private static final int NUMBERS = 3;

    private PipelineSummary() {}

    /** One stage. */
    record Row(String name, String state, double seconds, Map<String, Double> numbers, Path folder) {
        static Row of(PipelineStage stage, Optional<PipelineState.Entry> entry, String state) {
            return new Row(stage.name(), state, entry.map(PipelineState.Entry::seconds).orElse(0.0),
                    entry.map(PipelineState.Entry::numbers).orElse(Map.of()),
                    stage.makesModel() ? stage.model() : stage.folder());
        }

        private List<String> cells() {
            long whole = Math.round(seconds);
            return List.of(name, state, whole < 3600
                    ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                    : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60), main(),
                    folder.toString());
        }

        private String main() {
            return String.join(", ", MAIN.stream().filter(numbers::containsKey).limit(NUMBERS)
                    .map(name -> String.format(Locale.ROOT, "%s %.3f", name, numbers.get(name))).toList());
        }
    }

    static List<String> lines(List<Row> rows) {
        List<List<String>> table = new ArrayList<>(List.of(List.of("stage", "", "time", "numbers", "folder")));
        rows.forEach(row -> table.add(row.cells()));
        int[] widths = IntStream.range(0, 5)
                .map(column -> table.stream().mapToInt(cells -> cells.get(column).length()).max().orElse(0)).toArray();
        return table.stream().map(cells -> {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = cells.get(column);
                line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
            }
            return line.toString().stripTrailing();
        }).toList();
    }
}
