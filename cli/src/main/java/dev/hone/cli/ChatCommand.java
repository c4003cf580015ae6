package dev.hone.cli;

import dev.hone.rollout.Generation;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.train.ModelSettings;
import java.util.List;

/** {@code hone chat}: a conversation with a model. */
final class ChatCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("chat", "talk with a model in the terminal", "--model DIR [--key value …]", """
                Reads lines and prints the model's replies while they are written. The model sees the chat so far,
                through its chat template; without a template each line is continued on its own. /help lists commands
                (/reset, /system, /save, /exit); Ctrl-C stops a reply, Ctrl-D leaves. Where standard input is not a
                terminal, each of its lines is a turn, and only the replies are printed.
                """,
                List.of("hone chat --model runs/chat/model",
                        "hone chat --model runs/chat/model --system 'Answer briefly.' --temperature 0.7"));
    }

    @Override
    public List<Class<? extends Record>> settings() {
        return List.of(ModelSettings.class, ChatSettings.class, SamplingSettings.class);
    }

    @Override
    public int run(Call call, Terminal terminal) {
        ChatSettings settings = call.get(ChatSettings.class);
        ModelSettings files = call.get(ModelSettings.class);
        ModelFiles.requireFolder(files.model());
        SamplingSettings sampling = call.get(SamplingSettings.class);
        Advantages.require(files.model(), sampling);
        GenerationDefaults defaults = GenerationDefaults.read(files.text());
        try (LoadedModel model = LoadedModel.open(files, settings.chatTemplate());
                Advantages advantages = Advantages.open(files.model(), sampling, model.model())) {
            Generation generation = advantages.perturb(sampling.generation(defaults,
                    ReplyEnds.of(defaults, model.tokenizer(), model.template()), 1));
            if (terminal.interactive()) {
                terminal.note("Chat with " + files.model() + ". /help lists commands, Ctrl-D leaves.");
            }
            if (model.template().isEmpty()) {
                terminal.note(
                        "(no chat template: each line is continued as plain text; choose one with --chat_template)");
            }
            return new ChatSession(new ChatHistory(settings.system()), new ChatReplies(model, generation, terminal),
                    terminal).run();
        }
    }
}
