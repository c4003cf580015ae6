package dev.hone.cli;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.tensor.Engine;
import dev.hone.text.ChatTemplate;
import dev.hone.text.HubTokenizer;
import dev.hone.text.PromptEncoder;
import dev.hone.text.Tokenizer;
import dev.hone.train.ModelSettings;
import dev.hone.train.TrainingText;
import java.util.Optional;

/**
 * A model ready to use. Everything cheap is checked before the weights are read.
 *
 * @param model the weights
 * @param tokenizer that belongs to them
 * @param template that writes conversations; empty where texts are continued as they are
 */
record LoadedModel(Decoder model, Tokenizer tokenizer, Optional<ChatTemplate> template) implements AutoCloseable {

    /** @param chatTemplate a built-in name, a file, {@code none}, or empty for the model's own */
    static LoadedModel open(ModelSettings settings, String chatTemplate) {
        ModelFiles.requireFolder(settings.model());
        HubConfig config = HubConfig.read(settings.model());
        Tokenizer tokenizer = HubTokenizer.load(settings.text());
        Optional<ChatTemplate> template = TrainingText.template(settings.text(), chatTemplate);
        Decoder.requireFits(tokenizer.vocabulary(), config);
        if (settings.threads() > 0) {
            Engine.threads(settings.threads());
        }
        return new LoadedModel(Decoder.load(settings.model(), settings.dtype().dtype(), settings.place()), tokenizer,
                template);
    }

    PromptEncoder prompts() { return new PromptEncoder(tokenizer, template); }

    /** The longest sequence that the model was made for, in tokens. */
    int positions() { return model.longest(); }

    @Override
    public void close() { model.close(); }
}
