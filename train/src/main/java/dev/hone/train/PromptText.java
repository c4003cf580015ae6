package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.rollout.TokenText;
import dev.hone.text.ChatTemplate;
import dev.hone.text.DataException;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Prompt;
import dev.hone.text.PromptEncoder;
import dev.hone.text.PromptReader;
import dev.hone.text.Tokenizer;
import dev.hone.text.Truncation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The text side of a run that learns from rewards: prompts to answer, with what their rows say beside them.
 *
 * @param tokenizer of the policy
 * @param template that writes turns; empty where texts are continued as they are
 * @param training prompts to learn from
 * @param evaluation prompts held out
 * @param warnings for the user
 */
record PromptText(Tokenizer tokenizer, Optional<ChatTemplate> template, List<PromptRow> training,
        List<PromptRow> evaluation, List<String> warnings) {

    /** Reads and encodes the prompts that the settings name. */
    static PromptText load(Path model, DataSettings data) {
        Tokenizer tokenizer = HubTokenizer.load(model);
        Optional<ChatTemplate> template = TrainingText.template(model, data);
        PromptEncoder encoder = new PromptEncoder(tokenizer, template);
        List<String> warnings = new ArrayList<>();
        List<PromptRow> whole = rows(data.data(), data, encoder, warnings);
        int held = data.evalData().isEmpty() ? (int) Math.round(whole.size() * data.evalSplit()) : 0;
        if (held == whole.size() || held == 0 && data.evalSplit() > 0) {
            throw new DataException("eval_split " + data.evalSplit() + " of " + whole.size() + " prompts leaves "
                    + (held == 0 ? "none to evaluate" : "none to train on") + ": choose another share");
        }
        List<PromptRow> evaluation = data.evalData().isEmpty()
                ? whole.subList(whole.size() - held, whole.size())
                : rows(data.evalData(), data, encoder, warnings);
        return new PromptText(tokenizer, template, List.copyOf(whole.subList(0, whole.size() - held)),
                List.copyOf(evaluation), List.copyOf(warnings));
    }

    /** @throws dev.hone.config.ConfigException for settings that are about other data */
    static void require(DataSettings data, int maxCompletionLength) {
        String answers = "The policy writes the answers.";
        new Checks().require(!data.packing(), "packing", true, "false", answers)
                .require(data.truncationMode() == Truncation.KEEP_START, "truncation_mode", data.truncationMode(),
                        "nothing", "Prompts are not cut.")
                .require(data.completionOnlyLoss().isEmpty(), "completion_only_loss", data.completionOnlyLoss(),
                        "nothing", answers)
                .require(data.assistantOnlyLoss().isEmpty(), "assistant_only_loss", data.assistantOnlyLoss(),
                        "nothing", answers)
                .require(data.completionField().isEmpty(), "completion_field", data.completionField(), "nothing",
                        answers + " Columns beside the prompt reach the rewards by their own names.")
                .require(data.maxLength() > maxCompletionLength, "max_length", data.maxLength(),
                        "more than max_completion_length (" + maxCompletionLength + ")",
                        "It counts prompt and answer.")
                .done();
    }

    private static List<PromptRow> rows(List<String> files, DataSettings data, PromptEncoder encoder,
            List<String> warnings) {
        String column = !data.promptField().isEmpty()
                ? data.promptField()
                : !data.messagesField().isEmpty() ? data.messagesField() : data.datasetTextField();
        PromptReader reader = new PromptReader(column, data.dialogueFormat(), data.skipBadRows());
        List<PromptRow> rows = new ArrayList<>();
        int skipped = 0;
        for (Prompt prompt : reader.read(files)) {
            int[] ids = encoder.encode(prompt.conversation());
            if (ids.length > 0 && ids.length < data.maxLength()) {
                rows.add(new PromptRow(rows.size(), prompt, ids));
            } else if (data.skipBadRows()) {
                skipped++;
            } else {
                throw new DataException(prompt.origin() + ": the prompt has " + ids.length
                        + " tokens, expected 1 to " + (data.maxLength() - 1) + ", so that an answer fits max_length "
                        + data.maxLength() + ". Raise max_length, shorten the prompt, or leave such rows out with"
                        + " skip_bad_rows: true");
            }
        }
        if (rows.isEmpty()) {
            throw new DataException("none of the prompts of " + files + " fits max_length " + data.maxLength()
                    + ": raise it");
        }
        if (skipped + reader.skipped() > 0) {
            warnings.add(String.format(Locale.ROOT, "%,d rows were left out: %,d without a prompt, %,d too long",
                    skipped + reader.skipped(), reader.skipped(), skipped));
        }
        return rows;
    }

    /** Answers in words; rows of an embedding that stand for no token, of which an untrained policy may draw some, say nothing. */
    TokenText words() {
        int known = tokenizer.vocabulary().size();
        return ids -> tokenizer.decodeWithoutSpecialTokens(Arrays.stream(ids).filter(id -> id < known).toArray());
    }

    /** Prompts and what stands beside them, in a few words: equal exactly when they are. */
    static String digest(List<PromptRow> rows) {
        MessageDigest digest = FileDigest.newSha256();
        for (PromptRow row : rows) {
            StringBuilder text = new StringBuilder();
            for (int id : row.ids()) {
                text.append(id).append(' ');
            }
            new java.util.TreeMap<>(row.prompt().columns())
                    .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
            digest.update(text.append('\0').toString().getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%,d prompts (sha256 %s)", rows.size(),
                HexFormat.of().formatHex(digest.digest()).substring(0, 16));
    }
}
