package dev.hone.train;

import dev.hone.text.ChatTemplate;
import dev.hone.text.Columns;
import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.Dataset;
import dev.hone.text.DialogueFormat;
import dev.hone.text.Judged;
import dev.hone.text.Labelled;
import dev.hone.text.Message;
import dev.hone.text.Passage;
import dev.hone.text.Preference;
import dev.hone.text.Sample;
import dev.hone.text.Schema;
import dev.hone.text.Seams;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What deserves a look in labelled data besides what its report counts. */
final class LabelledFindings {
    private LabelledFindings() {}

    /**
     * Named columns must be read: a margin that nobody looks at would be missed later.
     *
     * @throws DataException for the first that the rows' shape has no place for
     */
    static void requireColumns(Schema schema, Columns named) {
        named.parts().forEach((part, column) -> {
            if (!column.equals(schema.column(part).orElse(""))) {
                throw new DataException("columns names " + column + " for " + part + ", and the rows, read as "
                        + schema.describe()
                        + ", have no such part: take it out, or name the other parts of its shape too");
            }
        });
    }

    static List<String> warnings(DataSplit split, Optional<ChatTemplate> template) {
        List<String> warnings = new ArrayList<>();
        (template.isEmpty() ? Seams.warning(joined(split.training())) : unmarked(split.training()))
                .ifPresent(warnings::add);
        split.evaluation().flatMap(held -> seen(split.training(), held)).ifPresent(warnings::add);
        return warnings;
    }

    /** Prompts of one turn with their first answer, as they will be joined. */
    private static Dataset joined(Dataset dataset) {
        List<Sample> pairs = dataset.samples().stream().flatMap(sample -> switch (sample) {
            case Preference pair -> joined(pair.prompt(), pair.chosen());
            case Judged judged -> joined(judged.prompt(), judged.completion());
            case Sample other -> Stream.<Sample>empty();
        }).toList();
        return new Dataset(pairs, dataset.origins().subList(0, pairs.size()), dataset.schema(), dataset.skipped());
    }

    private static Stream<Sample> joined(Passage prompt, Passage answer) {
        if (!(prompt instanceof Passage.Dialogue) || !(answer instanceof Passage.Dialogue)) {
            return Stream.empty();
        }
        return Stream.of(new Conversation(List.of(Message.user(prompt.text()), Message.assistant(answer.text()))));
    }

    /** Turns that stand inside of texts, although a template is there to write them. */
    private static Optional<String> unmarked(Dataset dataset) {
        for (DialogueFormat format : List.of(DialogueFormat.HH, DialogueFormat.HASHES)) {
            long found = dataset.samples().stream()
                    .filter(sample -> sample instanceof Labelled row && row.prompt() instanceof Passage.Plain plain
                            && format.split(plain.text()).isPresent())
                    .count();
            if (found > 0) {
                return Optional.of(String.format(Locale.ROOT,
                        "%,d prompts are dialogues written as text and are read as they are, without the chat template:"
                                + " give dialogue_format: %s, or chat_template: none where that is meant",
                        found, format.name().toLowerCase(Locale.ROOT)));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> seen(Dataset training, Dataset held) {
        Set<Passage> prompts = new HashSet<>();
        training.samples().forEach(sample -> PromptGroups.key(sample).ifPresent(prompts::add));
        long both = held.samples().stream()
                .filter(sample -> PromptGroups.key(sample).filter(prompts::contains).isPresent())
                .count();
        return both == 0
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT,
                        "%,d of %,d held-out rows have a prompt of the training rows: what is measured on them is"
                                + " better than on new prompts; take them out of eval_data",
                        both, held.size()));
    }
}
