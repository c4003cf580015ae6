package dev.hone.cli;

import dev.hone.rollout.Generation;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.text.Conversation;
import dev.hone.text.PromptEncoder;
import dev.hone.train.ModelSettings;
import java.util.List;

/** {@code hone generate}: completions of prompts. */
final class GenerateCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("generate", "let a model answer or continue prompts",
                "--model DIR --prompt TEXT | --data FILE [--key value …]", """
                        Writes completions of one prompt or of a file of prompts, many at once. A prompt goes through
                        the model's chat template where it has one; with --chat_template none it is continued as plain
                        text. With --json each completion is a JSON object: prompt and sample (numbers from 0),
                        completion, stop (end_token, stop_string or length), token_count and token_ids.
                        """,
                List.of("hone generate --model runs/chat/model --prompt 'What is the capital of France?'",
                        "hone generate --model models/base --prompt 'Once upon a time' --chat_template none --temperature 0.8",
                        "hone generate --model runs/chat/model --data questions.jsonl --num_return_sequences 4 --temperature 1 --json"));
    }

    @Override
    public List<Class<? extends Record>> settings() {
        return List.of(ModelSettings.class, GenerateSettings.class, SamplingSettings.class);
    }

    @Override
    public int run(Call call, Terminal terminal) {
        GenerateSettings settings = call.get(GenerateSettings.class);
        ModelSettings files = call.get(ModelSettings.class);
        List<Conversation> prompts = Prompts.of(settings);
        ModelFiles.requireFolder(files.model());
        GenerationDefaults defaults = GenerationDefaults.read(files.model());
        try (LoadedModel model = LoadedModel.open(files, settings.chatTemplate())) {
            Generation generation = call.get(SamplingSettings.class).generation(defaults,
                    ReplyEnds.of(defaults, model.tokenizer(), model.template()), settings.numReturnSequences());
            PromptEncoder encoder = model.prompts();
            List<PromptTokens> tokens = PromptTokens.of(prompts.stream().map(encoder::encode).toList());
            RolloutEngine engine = new RolloutEngine(model.model(), model.tokenizer()::decodeWithoutSpecialTokens);
            boolean single = prompts.size() * generation.samplesPerPrompt() == 1;
            if (single && !settings.json()) {
                stream(engine, tokens, generation, new ReplyStream(model.tokenizer(), generation.stop(), terminal,
                        () -> false));
            } else {
                engine.generate(tokens, generation,
                        new CompletionWriter(generation.samplesPerPrompt(), settings.json(), terminal));
            }
        }
        return 0;
    }

    private static void stream(RolloutEngine engine, List<PromptTokens> tokens, Generation generation,
            ReplyStream stream) {
        stream.finish(engine.generate(tokens, generation, stream).getFirst());
    }
}
