package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.objective.Sft;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.ChatTemplate;
import dev.hone.text.Conversation;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Message;
import dev.hone.text.Tokenizer;
import dev.hone.train.DataSettings;
import dev.hone.train.Interrupts;
import dev.hone.train.LearningSettings;
import dev.hone.train.ModelSettings;
import dev.hone.train.RunHistory;
import dev.hone.train.RunLoop;
import dev.hone.train.RunSettings;
import dev.hone.train.RunSummary;
import dev.hone.train.SftJob;
import dev.hone.train.TerminalChart;
import dev.hone.train.TrainingJob;
import dev.hone.train.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The steps of a quickstart, told as they go. */
final class Quickstart {
    private static final int ANSWER_TOKENS = 96;
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
            head("1. Pre-training from scratch on the documents");
            RunSummary pretrained = train(interrupts, pretraining());
            if (pretrained.end() == RunLoop.End.INTERRUPTED) {
                return interrupts.exitCode().orElse(1);
            }
            chart(files.pretraining(), "loss while pre-training");
            List<String> before = answers(pretrained.model(), corpus.heldOut());
            head("2. Fine-tuning on the conversations (hone sft)");
            RunSummary tuned = train(interrupts, tuning(pretrained.model()));
            if (tuned.end() == RunLoop.End.INTERRUPTED) {
                return interrupts.exitCode().orElse(1);
            }
            chart(files.sft(), "loss while fine-tuning");
            compare(corpus.heldOut(), before, answers(tuned.model(), corpus.heldOut()));
            terminal.result("model:  " + tuned.model());
            terminal.result("report: " + tuned.report());
        }
        head("Done in %.0f s.".formatted((System.nanoTime() - begun) / 1e9));
        return terminal.interactive() ? chat() : 0;
    }

    private Map<String, String> pretraining() {
        return Map.of("model", files.base().toString(), "data", files.documents().toString(), "out",
                files.pretraining().toString(), "num_train_epochs", "1", "learning_rate", "3e-3");
    }

    private Map<String, String> tuning(Path model) {
        return Map.of("model", model.toString(), "data", files.instructions().toString(), "eval_data",
                files.heldOut().toString(), "out", files.sft().toString(), "num_train_epochs",
                Double.toString(settings.epochs()), "learning_rate", "1.5e-3");
    }

    private RunSummary train(Interrupts interrupts, Map<String, String> own) {
        List<String> words = new ArrayList<>(List.of("--packing", "true", "--max_length", "256",
                "--per_device_train_batch_size", "2", "--lr_scheduler_type", "cosine_with_min_lr",
                "--lr_scheduler_kwargs",
                "min_lr_rate=0.1", "--warmup_ratio", "0.05", "--weight_decay", "0.1", "--adam_beta2", "0.95",
                "--overwrite",
                "true", "--save_steps", "0", "--logging_steps", "5", "--seed", Long.toString(settings.seed())));
        own.forEach((key, value) -> words.addAll(List.of("--" + key, value)));
        Config config = ConfigReader.of(SftJob.Settings.types()).parse(words);
        SftJob.Settings job = new SftJob.Settings(config.get(ModelSettings.class), config.get(DataSettings.class),
                config.get(TrainingSettings.class), config.get(LearningSettings.class), config.get(Sft.class),
                config.get(RunSettings.class));
        return new SftJob(job, new TrainingJob.Surroundings(words, terminal.err(), interrupts::requested)).run();
    }

    private void chart(Path run, String title) {
        var curve = RunHistory.read(run.resolve("metrics.jsonl")).curve("loss");
        terminal.note(title);
        terminal.note(TerminalChart.render(curve.xs(), curve.ys(), Math.min(100, terminal.width()), 12));
    }

    private static List<String> answers(Path folder, List<Conversation> conversations) {
        Tokenizer tokenizer = HubTokenizer.load(folder);
        ChatTemplate template = ChatTemplate.ofModelFolder(folder).orElseThrow();
        List<int[]> prompts = conversations.stream().map(conversation -> tokenizer.encode(
                template.render(question(conversation), ChatTemplate.Options.PROMPT).text())).toList();
        try (Decoder model = Decoder.load(folder, DType.BFLOAT16, Device.CPU)) {
            Generation generation = new Generation(ANSWER_TOKENS, 1, Sampling.GREEDY,
                    Stop.at(tokenizer.vocabulary().eos().orElseThrow()));
            String[] texts = new String[prompts.size()];
            new RolloutEngine(model).generate(PromptTokens.of(prompts), generation)
                    .forEach(rollout -> texts[rollout.prompt()] = tokenizer
                            .decodeWithoutSpecialTokens(rollout.completionIds()).strip());
            return Arrays.asList(texts);
        }
    }

    private static List<Message> question(Conversation conversation) {
        return conversation.messages().subList(0, conversation.messages().size() - 1);
    }

    private void compare(List<Conversation> heldOut, List<String> before, List<String> after) {
        CorpusGrader grader = new CorpusGrader();
        head("3. Questions that it never saw");
        int stride = Math.max(1, heldOut.size() / SHOWN);
        for (int i = 0; i < heldOut.size() && i / stride < SHOWN; i += stride) {
            terminal.result("  Q: " + question(heldOut.get(i)).getLast().content());
            terminal.result("     before: " + shortened(before.get(i)));
            terminal.result("     after:  " + shortened(after.get(i)));
        }
        terminal.result(
                String.format(Locale.ROOT, "right answers on %d held-out questions: %.0f %% before, %.0f %% after",
                        heldOut.size(), 100 * grader.share(heldOut, before), 100 * grader.share(heldOut, after)));
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= 110 ? line : line.substring(0, 109) + "…";
    }

    private int chat() {
        head("Talk to it (Ctrl-D leaves). It knows only its own small world.");
        Command chat = Commands.find("chat").orElseThrow();
        List<String> words = List.of("--model", files.sft().resolve("model").toString());
        return chat.run(new Call(ConfigReader.of(chat.settings()).parse(words), words), terminal);
    }

    private void head(String text) { terminal.note("\n" + text); }
}
