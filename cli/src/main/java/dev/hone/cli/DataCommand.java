package dev.hone.cli;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.text.Packed;
import dev.hone.train.DataSettings;
import dev.hone.train.TrainingText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code hone data}: what a training would learn from some files, before any training. */
final class DataCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("data", "show what a training would learn from data files",
                "FILE… --model DIR [--key value …]", """
                        Reads the files as hone sft would and shows the detected columns, counts, a histogram of row
                        lengths, the share of rows that teach the model to stop, and a few rows token by token with
                        the trained tokens told apart. Warns where training would learn nothing or the wrong thing.
                        """,
                List.of("hone data train.jsonl --model models/base",
                        "hone data 'chats/*.parquet' --model models/base --max_length 2048 --packing",
                        "hone data dialogues.jsonl.gz --model models/base --dialogue_format hh --chat_template chatml"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(DataCommandSettings.class, DataSettings.class); }

    @Override
    public List<String> flags(List<String> words) { return Words.asKey("data", words); }

    @Override
    public int run(Call call, Terminal terminal) {
        Path model = call.get(DataCommandSettings.class).model();
        DataSettings settings = call.get(DataSettings.class);
        ModelFiles.requireFolder(model);
        TrainingText text = TrainingText.load(model, settings);
        if (Files.exists(model.resolve("config.json"))) {
            Decoder.requireFits(text.tokenizer().vocabulary(), HubConfig.read(model));
        }
        terminal.out().print(text.report().render(terminal.colours()));
        text.evaluation().ifPresent(held -> terminal.result(String.format(Locale.ROOT,
                "evaluation %,d rows, %,d tokens, of which %,d carry loss", held.rows().size(), held.tokens(),
                held.trainedTokens())));
        if (settings.packing()) {
            terminal.result(packing(text.units(settings), settings.maxLength()));
        }
        return 0;
    }

    private static String packing(List<Packed> bins, int window) {
        long tokens = bins.stream().mapToLong(Packed::tokens).sum();
        return String.format(Locale.ROOT, "packing    %,d bins of %,d tokens, %.1f %% full", bins.size(), window,
                100.0 * tokens / ((double) bins.size() * window));
    }
}
