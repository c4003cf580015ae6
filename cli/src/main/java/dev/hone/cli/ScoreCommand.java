package dev.hone.cli;

import dev.hone.text.Dataset;
import dev.hone.train.ModelSettings;
import java.util.List;

/** {@code hone score}: the log-probability of texts that are already there. */
final class ScoreCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("score", "log-probabilities and perplexity of given texts",
                "--model DIR --data FILE [--out FILE] [--key value …]", """
                        Scores each row of the data: prompts with completions, conversations, or texts. One JSON object
                        a row comes out: tokens and token_ids that were scored, logprobs of each in nats, their sum
                        logprob, token_count and perplexity; truncated where the row was longer than the window; source
                        says where the row stands. A summary of all rows goes to standard error.
                        """,
                List.of("hone score --model runs/chat/model --data test.jsonl --out scores.jsonl",
                        "hone score --model models/base --data essays.txt.jsonl --score all --dtype fp32"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(ModelSettings.class, ScoreSettings.class); }

    @Override
    public List<String> flags(List<String> words) { return Words.asKey("data", words); }

    @Override
    public int run(Call call, Terminal terminal) {
        ScoreSettings settings = call.get(ScoreSettings.class);
        Dataset dataset = settings.read();
        try (Results results = Results.open(settings.out(), terminal);
                LoadedModel model = LoadedModel.open(call.get(ModelSettings.class), settings.chatTemplate())) {
            ScoreRun run = new ScoreRun(model, dataset, settings);
            run.into(results);
            terminal.note(run.summary());
        }
        return 0;
    }
}
