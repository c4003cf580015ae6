package dev.hone.train;

import dev.hone.model.AdapterFolder;
import dev.hone.model.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The way that a run will take: how its steps are cut, how many there are, and what decides its result.
 */
record RunCourse(MemoryPlan plan, long totalSteps, RunIdentity identity) {

    /**
     * @param former of the run that goes on, whose steps were cut in its own way
     * @param frozenLayers layers at the bottom that backward never reaches
     */
    static RunCourse of(JobSettings settings, Model policy, Optimizer optimizer, Supply<?> supply,
            Optional<RunIdentity> former, int frozenLayers) {
        TrainingSettings training = settings.training();
        int asked = training.optimFusedBackward()
                ? Math.toIntExact(Math.min(Integer.MAX_VALUE, supply.largestStep()))
                : former.filter(run -> training.microbatchTokens() == 0)
                        .map(run -> Math.toIntExact(run.microbatchTokens())).orElse(training.microbatchTokens());
        MemoryPlan plan = MemoryPlan.of(policy, training,
                new MemoryPlan.Cut(supply.longestRow(), supply.longestSequence(), supply.largestStep(), asked),
                settings.learning().optimOffload() ? 0 : optimizer.bytes(), frozenLayers);
        long total = training.totalSteps(supply.stepsPerEpoch());
        return new RunCourse(plan, total,
                RunIdentity.of(settings, content(settings, supply), total, plan.microbatchTokens()));
    }

    private static Map<String, Object> content(JobSettings settings, Supply<?> supply) {
        Map<String, Object> content = new LinkedHashMap<>(supply.content());
        content.put("config.json of the model",
                FileDigest.of(AdapterFolder.weights(settings.model().model()).resolve("config.json")).sha256());
        content.putAll(ModelOpening.of(settings).content());
        reference(settings).ifPresent(folder -> content.put("weights of ref_model", digest(folder)));
        return content;
    }

    private static String digest(Path folder) {
        return AdapterFolder.isAdapter(folder)
                ? FolderDigest.of(AdapterFolder.baseFolder(folder)) + " with " + FolderDigest.of(folder)
                : FolderDigest.of(folder);
    }

    private static Optional<Path> reference(JobSettings settings) {
        return settings.find(ReferenceSettings.class).flatMap(ReferenceSettings::refModel)
                .or(() -> settings.find(FrozenReference.class).flatMap(FrozenReference::refModel));
    }
}
