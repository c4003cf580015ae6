package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.rollout.Choices;
import dev.hone.rollout.Generation;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.Lengths;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Support;
import dev.hone.text.Conversation;
import dev.hone.text.PromptEncoder;
import dev.hone.text.Tokenizer;
import dev.hone.train.ModelSettings;
import java.util.List;
import java.util.Set;

/** {@code hone generate}: completions of prompts. */
final class GenerateCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("generate", "let a model answer or continue prompts",
                "--model DIR --prompt TEXT | --data FILE [--key value …]", """
                        Writes completions of one prompt or of a file of prompts, many at once. A prompt goes through
                        the model's chat template where it has one; with --chat_template none it is continued as plain
                        text. With --json each completion is a JSON object: prompt and sample (numbers from 0),
                        completion, stop (end_token, stop_string, complete or length), token_count, token_ids,
                        logprobs (of what was drawn from) and policy_logprobs (of the model at the temperature), in
                        nats. With --choices a completion is one of the given texts.
                        A model that hone ilql trained writes by its Q heads too, as much as --ilql_beta says.
                        """,
                List.of("hone generate --model runs/chat/model --prompt 'What is the capital of France?'",
                        "hone generate --model models/base --prompt 'Once upon a time' --chat_template none --temperature 0.8",
                        "hone generate --model runs/chat/model --prompt 'Is it raining?' --choices Yes,No --temperature 1",
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
        SamplingSettings sampling = call.get(SamplingSettings.class);
        Advantages.require(files.model(), sampling);
        GenerationDefaults defaults = GenerationDefaults.read(files.text());
        try (LoadedModel model = LoadedModel.open(files, settings.chatTemplate());
                Advantages advantages = Advantages.open(files.model(), sampling, model.model())) {
            Generation generation = advantages.perturb(among(settings.choices(), sampling.generation(defaults,
                    ReplyEnds.of(defaults, model.tokenizer(), model.template()), settings.numReturnSequences()),
                    model));
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

    private static Generation among(List<String> texts, Generation generation, LoadedModel model) {
        if (texts.isEmpty()) {
            return generation;
        }
        new Checks().require(generation.support().minNewTokens() == 0, "min_new_tokens",
                generation.support().minNewTokens(), "0 beside choices", "The choices set the length.").done();
        Choices choices = choices(texts, generation.stop().tokens(), model.tokenizer());
        return generation.with(Support.WHOLE.withConstraint(choices)).with(Lengths.of(choices.longest()));
    }

    private static Choices choices(List<String> texts, Set<Integer> ends, Tokenizer tokenizer) {
        try {
            return new Choices(texts.stream().map(tokenizer::encode).toList(), ends);
        } catch (IllegalArgumentException mistake) {
            new Checks().require(false, "choices", texts, "texts to choose among: " + mistake.getMessage()).done();
            throw mistake;
        }
    }

    private static void stream(RolloutEngine engine, List<PromptTokens> tokens, Generation generation,
            ReplyStream stream) {
        stream.finish(engine.generate(tokens, generation, stream).getFirst());
    }
}
