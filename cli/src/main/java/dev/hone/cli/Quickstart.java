package dev.hone.cli;

import dev.hone.config.ConfigReader;
import dev.hone.train.Interrupts;
import dev.hone.train.RunHistory;
import dev.hone.train.RunSummary;
import dev.hone.train.TerminalChart;
import java.nio.file.Path;
import java.util.List;

/** The steps of a quickstart, told as they go. */
final class Quickstart {
    private static final int SHOWN = 6;

    private final QuickstartSettings settings;
    private final Terminal terminal;
    private final QuickstartFiles files;
    private final long begun = System.nanoTime();

    Quickstart(QuickstartSettings settings, Terminal terminal) {
        this.settings = settings;
        this.terminal = terminal;
        this.files = new QuickstartFiles(settings.out());
    }

    int run() {
        Corpus corpus = CorpusGenerator.generate(settings.seed(), settings.documents(), settings.instructions());
        files.write(corpus);
        long parameters = files.makeBase(corpus, settings);
        head("A model of %.1f million parameters with fresh weights, %,d documents, %,d conversations".formatted(
                parameters / 1e6,
                corpus.documents().size(), corpus.instructions().size()));
        try (Interrupts interrupts = Interrupts
                .listen(signal -> terminal.note("\n" + signal + ": ending after this step"))) {
            train(corpus, new QuickstartTraining(settings, terminal, interrupts::requested));
            if (interrupts.requested()) {
                return interrupts.exitCode().orElse(1);
            }
        }
        head("Done in %.0f s.".formatted((System.nanoTime() - begun) / 1e9));
        return terminal.interactive() ? chat() : 0;
    }

    /** All runs, up to the one in which the user asks for an end. */
    private void train(Corpus corpus, QuickstartTraining training) {
        head("1. Pre-training from scratch on the documents");
        RunSummary pretrained = training.pretrain();
        if (training.stopped()) {
            return;
        }
        chart(files.pretraining(), "loss while pre-training");
        QuickstartAnswers answers = new QuickstartAnswers(corpus.heldOut(), terminal);
        List<String> before = answers.of(pretrained.model());
        head("2. Fine-tuning on the conversations (hone sft)");
        RunSummary tuned = training.tune(pretrained.model());
        if (training.stopped()) {
            return;
        }
        chart(files.sft(), "loss while fine-tuning");
        List<String> after = answers.of(tuned.model());
        head("3. Questions that it never saw");
        answers.compare(before, after, SHOWN);
        terminal.result("model:  " + tuned.model());
        terminal.result("report: " + tuned.report());
        prefer(corpus, training, new Tuned(tuned.model(), answers, after));
    }

    /** The fine-tuned model and what it answers. */
    private record Tuned(Path model, QuickstartAnswers answers, List<String> given) {}

    private void prefer(Corpus corpus, QuickstartTraining training, Tuned tuned) {
        QuickstartPreferences preferences = new QuickstartPreferences(files, training, terminal);
        preferences.write(corpus, settings);
        head("4. A reward model, from pairs of a right and a wrong answer (hone reward)");
        preferences.reward(tuned.model());
        if (training.stopped()) {
            return;
        }
        head("5. Preferring the right answers (hone dpo)");
        preferences.prefer(tuned.model(), tuned.answers(), tuned.given());
        if (training.stopped()) {
            return;
        }
        head("6. Learning from the reward model instead (hone ppo): the fine-tuned model answers, is judged, and learns");
        preferences.earn(tuned.model(), tuned.answers(), tuned.given());
    }

    private void chart(Path run, String title) {
        var curve = RunHistory.read(run.resolve("metrics.jsonl")).curve("loss");
        terminal.note(title);
        terminal.note(TerminalChart.render(curve.xs(), curve.ys(), Math.min(100, terminal.width()), 12));
    }

    private int chat() {
        head("Talk to it (Ctrl-D leaves). It knows only its own small world.");
        Command chat = Commands.find("chat").orElseThrow();
        List<String> words = List.of("--model", files.sft().resolve("model").toString());
        return chat.run(new Call(ConfigReader.of(chat.settings()).parse(words), words), terminal);
    }

    private void head(String text) { terminal.note("\n" + text); }
}
