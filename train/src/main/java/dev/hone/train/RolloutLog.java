package dev.hone.train;

import dev.hone.reward.Score;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every answer of a run as {@code rollouts.jsonl}: prompt, completion, why it ended, its rewards, and what was made of it. A run
 * that goes on appends; the steps that it makes again stand there twice, the newer ones last. Answers that those of the
 * policy were compared with stand behind them, marked as the rival's.
 */
final class RolloutLog implements ExperienceSource.Listener {
    static final String FILE = "rollouts.jsonl";
    /** Who wrote an answer, where it was not the policy. */
    static final String BY = "by";
    static final String RIVAL = "rival";

    private final Path file;

    RolloutLog(Path file, boolean resumes) {
        this.file = file;
        if (!resumes) {
            RunFiles.replace(file, new byte[0]);
        } else if (Files.exists(file)) {
            cutTornEnd(file);
        }
    }

    /** A run that was killed may have left half a line, which would spoil the next one. */
    private static void cutTornEnd(Path file) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            long end = open.length();
            while (end > 0 && !endsLine(open, end)) {
                end--;
            }
            open.setLength(end);
        } catch (IOException failure) {
            throw RunFiles.unwritable(file, failure);
        }
    }

    private static boolean endsLine(RandomAccessFile file, long end) throws IOException {
        file.seek(end - 1);
        return file.read() == '\n';
    }

    @Override
    public void onExperience(long step, List<Group> groups, ExperienceMaker.Made<?> made) {
        StringBuilder lines = new StringBuilder();
        for (int g = 0; g < groups.size(); g++) {
            for (int i = 0; i < groups.get(g).rollouts().size(); i++) {
                Map<String, Double> more = g < made.log().size() && i < made.log().get(g).size()
                        ? made.log().get(g).get(i)
                        : Map.of();
                lines.append(row(step, groups.get(g), i, more)).append('\n');
            }
            if (!made.rivals().isEmpty()) {
                Group rivals = made.rivals().get(g);
                for (int i = 0; i < rivals.rollouts().size(); i++) {
                    lines.append(row(step, rivals, i, Map.of()).put(BY, RIVAL)).append('\n');
                }
            }
        }
        try (AppendFile open = AppendFile.open(file)) {
            open.append(lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static ObjectNode row(long step, Group group, int index, Map<String, Double> more) {
        ObjectNode row = CheckpointJson.MAPPER.createObjectNode();
        row.put("step", step).put("prompt", group.prompt().text())
                .put("completion", group.rollouts().get(index).text().orElse(""))
                .put("stop", group.rollouts().get(index).stop().name().toLowerCase(java.util.Locale.ROOT))
                .put("tokens", group.rollouts().get(index).completionIds().length);
        put(row, "reward", group.scores().get(index));
        if (!group.costs().isEmpty()) {
            put(row, "cost", group.costs().get(index));
        }
        ObjectNode rewards = row.putObject("rewards");
        group.byName().forEach((name, scores) -> put(rewards, name, scores.get(index)));
        more.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                row.put(name, value);
            }
        });
        return row;
    }

    static void put(ObjectNode row, String name, Score score) {
        switch (score) {
            case Score.Unusable(String reason) -> row.put(name, "unusable: " + reason);
            case Score usable -> row.put(name, usable.total());
        }
    }
}
