package dev.hone.cli;

import dev.hone.text.DataKind;
import dev.hone.text.Dataset;
import dev.hone.train.LabelledSettings;
import java.util.List;

/** {@code hone score}: the log-probability of texts that are already there, or what a reward model says of them. */
final class ScoreCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("score", "log-probabilities, perplexity or rewards of given texts",
                "--model DIR | --reward DIR --data FILE [--out FILE] [--key value …]", """
                        Scores each row of the data: prompts with completions, conversations, or texts. One JSON object
                        a row comes out: tokens and token_ids that were scored, logprobs of each in nats, their sum
                        logprob, token_count and perplexity; truncated where the row was longer than the window; source
                        says where the row stands. A summary of all rows goes to standard error.
                        With --reward the scores of a reward model: score, or scores by the names of its labels. Pairs
                        get chosen, rejected and margin, and the summary says how often the model is right, with its
                        95 % interval, beside rules that read nothing (longer wins, first wins), and its calibration.
                        """,
                List.of("hone score --model runs/chat/model --data test.jsonl --out scores.jsonl",
                        "hone score --model models/base --data essays.txt.jsonl --score all --dtype fp32",
                        "hone score --reward runs/reward/model --data pairs.jsonl --out scores.jsonl"));
    }

    @Override
    public List<Class<? extends Record>> settings() {
        return List.of(ScoreModelSettings.class, ScoreSettings.class, LabelledSettings.class);
    }

    @Override
    public List<String> flags(List<String> words) { return Words.asKey("data", words); }

    @Override
    public int run(Call call, Terminal terminal) {
        if (call.get(ScoreModelSettings.class).isReward()) {
            rewards(call, terminal);
        } else {
            logProbs(call, terminal);
        }
        return 0;
    }

    private static void logProbs(Call call, Terminal terminal) {
        ScoreSettings settings = call.get(ScoreSettings.class);
        call.get(LabelledSettings.class).requireFor(DataKind.DEMONSTRATIONS, settings.asData());
        Dataset dataset = settings.read();
        try (Results results = Results.open(settings.out(), terminal);
                LoadedModel model = LoadedModel.open(call.get(ScoreModelSettings.class).files(),
                        settings.chatTemplate())) {
            ScoreRun run = new ScoreRun(model, dataset, settings);
            run.into(results);
            terminal.note(run.summary());
        }
    }

    private static void rewards(Call call, Terminal terminal) {
        ScoreSettings settings = call.get(ScoreSettings.class);
        LabelledSettings labelled = call.get(LabelledSettings.class);
        settings.requireForReward();
        RewardData data = RewardData.read(settings, labelled);
        try (Results results = Results.open(settings.out(), terminal);
                LoadedReward model = LoadedReward.open(call.get(ScoreModelSettings.class).files(),
                        settings.chatTemplate())) {
            RewardRun run = new RewardRun(model, data, settings);
            if (data.kind() == DataKind.PREFERENCES) {
                run.pairs(labelled, results);
            } else {
                run.texts(labelled, results);
            }
            run.summary().forEach(terminal::note);
        }
    }
}
