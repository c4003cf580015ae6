package dev.hone.cli;

import dev.hone.model.Decoder;
import dev.hone.model.Encoder;
import dev.hone.model.HubConfig;
import dev.hone.model.RewardModel;
import dev.hone.tensor.Engine;
import dev.hone.text.ChatTemplate;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.LabelledOptions;
import dev.hone.text.Tokenizer;
import dev.hone.train.ModelSettings;
import dev.hone.train.TrainingText;
import java.util.Optional;

/**
 * A reward model ready to use. Everything cheap is checked before the weights are read.
 *
 * @param model the weights
 * @param tokenizer that belongs to them
 * @param template that writes turns; empty where texts are joined as they are
 */
record LoadedReward(RewardModel model, Tokenizer tokenizer, Optional<ChatTemplate> template) implements AutoCloseable {

    /** @param chatTemplate a built-in name, a file, {@code none}, or empty for the model's own */
    static LoadedReward open(ModelSettings settings, String chatTemplate) {
        ModelFiles.requireFolder(settings.model());
        HubConfig config = HubConfig.read(settings.model());
        Tokenizer tokenizer = HubTokenizer.load(settings.text());
        Optional<ChatTemplate> template = TrainingText.template(settings.text(), chatTemplate);
        Decoder.requireFits(tokenizer.vocabulary(), config);
        if (settings.threads() > 0) {
            Engine.threads(settings.threads());
        }
        return new LoadedReward(RewardModel.load(settings.model(), settings.dtype().dtype(), settings.place()),
                tokenizer,
                template);
    }

    /** The longest sequence that the model was made for, in tokens. */
    int positions() {
        return switch (model.backbone()) {
            case Decoder decoder -> decoder.longest();
            case Encoder encoder -> encoder.spec().longest();
        };
    }

    LabelledEncoder encoder(LabelledOptions options) {
        return template.map(t -> LabelledEncoder.chat(tokenizer, ConversationRenderer.of(t), options))
                .orElseGet(() -> LabelledEncoder.plain(tokenizer, options));
    }

    @Override
    public void close() { model.close(); }
}
