package dev.hone.cli;

import dev.hone.model.AdapterFolder;
import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.text.DataKind;
import dev.hone.text.KindDetector;
import dev.hone.text.Packed;
import dev.hone.text.Tokenizer;
import dev.hone.train.DataSettings;
import dev.hone.train.LabelledSettings;
import dev.hone.train.LabelledText;
import dev.hone.train.TrainingText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code hone data}: what a training would learn from some files, before any training. */
final class DataCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("data", "show what a training would learn from data files",
                "FILE… --model DIR [--kind KIND] [--key value …]", """
                        Reads the files as a training would and shows the detected columns, counts, a histogram of row
                        lengths, the share of rows that teach the model to stop, and a few rows token by token with
                        the trained tokens told apart. Warns where training would learn nothing or the wrong thing.
                        Demonstrations are read as hone sft reads them; --kind shows pairs (preferences), verdicts
                        (judged), rankings (ranked), scores or classes (graded), safety pairs (safety), judged steps.
                        """,
                List.of("hone data train.jsonl --model models/base",
                        "hone data 'chats/*.parquet' --model models/base --max_length 2048 --packing",
                        "hone data dialogues.jsonl.gz --model models/base --dialogue_format hh --chat_template chatml",
                        "hone data pairs.jsonl --model models/base --kind judged"));
    }

    @Override
    public List<Class<? extends Record>> settings() {
        return List.of(DataCommandSettings.class, DataSettings.class, LabelledSettings.class);
    }

    @Override
    public List<String> flags(List<String> words) { return Words.asKey("data", words); }

    @Override
    public int run(Call call, Terminal terminal) {
        Path model = call.get(DataCommandSettings.class).model();
        DataSettings data = call.get(DataSettings.class);
        LabelledSettings labelled = call.get(LabelledSettings.class);
        ModelFiles.requireFolder(model);
        DataKind kind = call.get(DataCommandSettings.class).kind().orElseGet(() -> detected(data, labelled, terminal));
        if (kind == DataKind.DEMONSTRATIONS) {
            labelled.requireFor(kind, data);
            show(TrainingText.load(AdapterFolder.text(model), data), model, data, terminal);
        } else {
            show(LabelledText.load(kind, AdapterFolder.text(model), data, labelled), model, terminal);
        }
        return 0;
    }

    /** Demonstrations where the rows can be such; where they cannot, and compare answers, what they look like. */
    private static DataKind detected(DataSettings data, LabelledSettings labelled, Terminal terminal) {
        List<DataKind> demonstrations = KindDetector.detect(data.data(), data.readOptions());
        if (demonstrations.contains(DataKind.DEMONSTRATIONS) && labelled.columns().isEmpty()) {
            List<DataKind> others = demonstrations.stream().filter(kind -> kind != DataKind.DEMONSTRATIONS).toList();
            if (!others.isEmpty()) {
                terminal.note("shown as demonstrations; the columns would also do for "
                        + others.stream().map(kind -> kind.title() + " (--kind " + name(kind) + ")")
                                .collect(Collectors.joining(", ")));
            }
            return DataKind.DEMONSTRATIONS;
        }
        List<DataKind> kinds = KindDetector
                .detect(data.data(), labelled.readOptions(data, DataKind.PREFERENCES)).stream()
                .filter(kind -> kind != DataKind.DEMONSTRATIONS).toList();
        if (kinds.isEmpty()) {
            return DataKind.DEMONSTRATIONS; // whose reader says what is wrong
        }
        terminal.note(
                "no kind is given: the rows look like " + kinds.getFirst().title() + " and are shown as such (--kind "
                        + name(kinds.getFirst()) + ")");
        return kinds.getFirst();
    }

    private static String name(DataKind kind) { return kind.name().toLowerCase(Locale.ROOT); }

    private static void show(TrainingText text, Path model, DataSettings settings, Terminal terminal) {
        requireFits(text.tokenizer(), model);
        terminal.out().print(text.report().render(terminal.colours()));
        text.evaluation().ifPresent(held -> terminal.result(String.format(Locale.ROOT,
                "evaluation %,d rows, %,d tokens, of which %,d carry loss", held.rows().size(), held.tokens(),
                held.trainedTokens())));
        if (settings.packing()) {
            terminal.result(packing(text.units(settings), settings.maxLength()));
        }
    }

    private static void show(LabelledText<?> text, Path model, Terminal terminal) {
        requireFits(text.tokenizer(), model);
        terminal.out().print(text.report().render(terminal.colours()));
        text.evaluation().ifPresent(held -> terminal.result(String.format(Locale.ROOT,
                "evaluation %,d rows beside %,d to learn from", held.size(), text.training().size())));
    }

    private static void requireFits(Tokenizer tokenizer, Path model) {
        if (Files.exists(AdapterFolder.weights(model).resolve("config.json"))) {
            Decoder.requireFits(tokenizer.vocabulary(), HubConfig.read(model));
        }
    }

    private static String packing(List<Packed> bins, int window) {
        long tokens = bins.stream().mapToLong(Packed::tokens).sum();
        return String.format(Locale.ROOT, "packing    %,d bins of %,d tokens, %.1f %% full", bins.size(), window,
                100.0 * tokens / ((double) bins.size() * window));
    }
}
