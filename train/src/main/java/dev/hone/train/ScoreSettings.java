package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.model.Pooling;
import java.util.Optional;

/**
 * The head of a model that scores.
 *
 * @param pooling which hidden state of an answer is scored
 * @param normaliseScores whether the model keeps the mean and spread of its scores
 */
@SettingGroup("Score head")
public record ScoreSettings(
        @Setting(doc = "Which hidden state is scored: last, first or mean; none = the last token of a decoder, the first of an"
                + " encoder, or what a saved model says.") Optional<Pooling> pooling,
        @Setting(value = "false", doc = "Keep mean and deviation of the training answers' scores in the saved model; hone score"
                + " then gives normalised ones.") boolean normaliseScores) {}
