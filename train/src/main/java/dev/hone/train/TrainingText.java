package dev.hone.train;

import dev.hone.text.ChatTemplate;
import dev.hone.text.ChatTemplateChoice;
import dev.hone.text.Conversation;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.DataReport;
import dev.hone.text.Dataset;
import dev.hone.text.EncodeOptions;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedDataset;
import dev.hone.text.Encoder;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LossMode;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import dev.hone.text.Sample;
import dev.hone.text.Seams;
import dev.hone.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The text side of a run: tokenizer, chat template, and the data as rows of tokens.
 *
 * @param tokenizer of the model
 * @param template that writes conversations; empty where texts are joined as they are
 * @param training rows to learn from
 * @param evaluation rows held out
 * @param report what {@code hone data} shows of the training rows
 * @param shown samples to show before and after: held-out ones where there are any
 */
public record TrainingText(Tokenizer tokenizer, Optional<ChatTemplate> template, EncodedDataset training,
        Optional<EncodedDataset> evaluation, DataReport report, List<Sample> shown) {

    /** Reads and encodes everything that the settings name. */
    public static TrainingText load(Path model, DataSettings settings) {
        Tokenizer tokenizer = HubTokenizer.load(model);
        Optional<ChatTemplate> template = template(model, settings);
        DataSplit split = DataSplit.byRow(settings, settings.readOptions());
        Dataset training = split.training();
        EncodeOptions options = new EncodeOptions(lossMode(settings, training), settings.maxLength(),
                settings.truncationMode());
        Encoder encoder = template.map(t -> Encoder.chat(tokenizer, ConversationRenderer.of(t), options))
                .orElseGet(() -> Encoder.plain(tokenizer, options));
        EncodedDataset rows = encoder.encode(training);
        DataReport report = report(training, DataReport.of(training, rows, tokenizer, options), template);
        report.requireTrainable();
        return new TrainingText(tokenizer, template, rows, split.evaluation().map(encoder::encode), report,
                split.evaluation().orElse(training).samples());
    }

    private static DataReport report(Dataset training, DataReport report,
            Optional<ChatTemplate> template) {
        if (template.isEmpty()) {
            return Seams.warning(training).map(report::warning).orElse(report);
        }
        boolean tools = training.samples().stream()
                .anyMatch(sample -> sample instanceof Conversation row && !row.tools().isEmpty());
        return tools && !template.get().source().contains("tools")
                ? report.warning("the rows have tools, and the chat template does not write them: choose one that does,"
                        + " or take the column out")
                : report;
    }

    private static LossMode lossMode(DataSettings settings, Dataset dataset) {
        if (settings.assistantOnlyLoss().orElse(false)) {
            return LossMode.ASSISTANT_ONLY;
        }
        if (settings.completionOnlyLoss().orElse(false)) {
            return LossMode.COMPLETION_ONLY;
        }
        boolean refused = settings.assistantOnlyLoss().isPresent() || settings.completionOnlyLoss().isPresent();
        return refused ? LossMode.ALL : LossMode.defaultFor(dataset);
    }

    /** The template that the settings name, else the model's. */
    public static Optional<ChatTemplate> template(Path model, DataSettings settings) {
        return template(model, settings.chatTemplate());
    }

    /** The template of a name: empty = the model's, {@code none}, a built-in name, or a file. */
    public static Optional<ChatTemplate> template(Path model, String name) {
        return ChatTemplateChoice.of(model, name);
    }

    /** Training rows as units of a step: single rows, or bins of several when packing. */
    public List<Packed> units(DataSettings settings) {
        return settings.packing()
                ? new Packer(settings.maxLength(), settings.packingStrategy()).pack(training.rows())
                : training.rows().stream().map(row -> Packer.batch(List.of(row))).toList();
    }

    /** The longest training row or bin, in tokens. */
    public int longest(DataSettings settings) {
        int longest = training.rows().stream().mapToInt(Encoded::length).max().orElse(1);
        return settings.packing() ? Math.max(longest, settings.maxLength()) : longest;
    }
}
