package dev.hone.train;

import dev.hone.config.ConfigReader;
import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.text.EncodedPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lets no policy learn from a reward model that orders pairs worse than it must. */
final class RewardGate {
    private static final int SCORED_TOGETHER = 2048;

    private RewardGate() {}

    /**
     * @throws dev.hone.model.ModelException where the reward model falls short of {@code gate_accuracy}
     */
    static void require(RewardSettings settings, Path data, ModelSettings compute) {
        Path folder = settings.rewardModel().orElseThrow();
        try (RewardModel model = RewardModel.load(folder, compute.dtype().dtype(), compute.place())) {
            quality(model, folder, data).requireAccuracy(settings.gateAccuracy(), folder, "gate_accuracy");
        }
    }

    private static RewardQuality quality(RewardModel model, Path folder, Path data) {
        DataSettings files = ConfigReader.of(DataSettings.class).bind(Map.of("data", data.toString()), "")
                .get(DataSettings.class);
        RewardScorer scorer = new RewardScorer(model, SCORED_TOGETHER);
        return RewardQuality.of(LabelledText.pairs(folder, files, LabelledSettings.defaults()).training().rows()
                .stream().map(pair -> scored(scorer, pair)).toList());
    }

    /** A pair as the model orders it. */
    static RewardQuality.Pair scored(RewardScorer scorer, EncodedPair pair) {
        List<double[]> scores = scorer.score(List.of(pair.chosen(), pair.rejected()));
        return new RewardQuality.Pair(scores.get(0)[0], scores.get(1)[0], pair.chosen().length(),
                pair.rejected().length(), Optional.empty());
    }
}
