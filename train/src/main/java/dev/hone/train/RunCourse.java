package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.text.Encoded;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way that a run will take: how its steps are cut, from which rows, how many there are, and what decides its result.
 */
record RunCourse(MemoryPlan plan, EncodedSource source, long totalSteps, RunIdentity identity) {
    /** @param former of the run that goes on, whose steps were cut in its own way */
    static RunCourse of(SftJob.Settings settings, Decoder policy, Optimizer optimizer, TrainingText text,
            Optional<RunIdentity> former) {
        TrainingSettings training = former.filter(run -> settings.training().microbatchTokens() == 0)
                .map(run -> settings.training().withMicrobatchTokens(Math.toIntExact(run.microbatchTokens())))
                .orElse(settings.training());
        MemoryPlan plan = MemoryPlan.of(policy, training, text.longest(settings.data()),
                (int) (optimizer.bytes() / Math.max(1, policy.parameterCount())));
        List<Packed> units = text.units(settings.data());
        EncodedSource source = new EncodedSource(units, new EncodedSource.Plan(training.rowsPerStep(),
                plan.microbatchTokens(), settings.data().shuffleDataset(), training.seed()));
        long total = training.totalSteps(source.stepsPerEpoch());
        return new RunCourse(plan, source, total, RunIdentity.of(settings,
                content(settings.model().model(), units, text), total, plan.microbatchTokens()));
    }

    private static Map<String, Object> content(Path model, List<Packed> units, TrainingText text) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("training rows", RowsDigest.of(units));
        content.put("evaluation rows",
                text.evaluation().map(held -> RowsDigest.of(single(held.rows()))).orElse("none"));
        content.put("config.json of the model", FileDigest.of(model.resolve("config.json")).sha256());
        return content;
    }

    private static List<Packed> single(List<Encoded> rows) {
        return rows.stream().map(row -> Packer.batch(List.of(row))).toList();
    }
}
