package dev.hone.cli;

import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.DataKind;
import dev.hone.text.Dataset;
import dev.hone.text.Document;
import dev.hone.text.Graded;
import dev.hone.text.Judged;
import dev.hone.text.KindDetector;
import dev.hone.text.Message;
import dev.hone.text.Origin;
import dev.hone.text.Pairs;
import dev.hone.text.Passage;
import dev.hone.text.Preference;
import dev.hone.text.ReadOptions;
import dev.hone.text.Role;
import dev.hone.text.SafetyPair;
import dev.hone.text.Sample;
import dev.hone.text.Scored;
import dev.hone.train.DataSettings;
import dev.hone.train.LabelledSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a reward model is to score: pairs where the rows compare answers, else texts, each with its prompt.
 *
 * @param kind preferences or graded
 * @param dataset pairs or graded samples
 * @param firstBetter for pairs whose answers have an order in the data: whether the better one comes first
 */
record RewardData(DataKind kind, Dataset dataset, Map<Origin, Boolean> firstBetter) {
    private static final List<DataKind> ANSWERS = List.of(DataKind.DEMONSTRATIONS, DataKind.PREFERENCES,
            DataKind.GRADED,
            DataKind.JUDGED);

    /** @throws DataException as {@link Dataset#read}, and for rows in which there is nothing to score */
    static RewardData read(ScoreSettings settings, LabelledSettings labelled) {
        ReadOptions options = settings.readOptions();
        List<DataKind> kinds = labelled.columns().isEmpty()
                ? KindDetector.detect(settings.data(), options)
                : List.of();
        DataSettings data = settings.asData();
        if (kinds.isEmpty()) {
            kinds = KindDetector.detect(settings.data(), labelled.readOptions(data, DataKind.PREFERENCES)).stream()
                    .filter(kind -> kind != DataKind.DEMONSTRATIONS).toList();
        }
        DataKind kind = ANSWERS.stream().filter(kinds::contains).findFirst().orElse(
                labelled.columns().isEmpty() ? DataKind.DEMONSTRATIONS : DataKind.PREFERENCES);
        labelled.requireFor(kind == DataKind.DEMONSTRATIONS ? DataKind.GRADED : kind,
                kind == DataKind.DEMONSTRATIONS ? settings.withoutColumns().asData() : data);
        Dataset read = Dataset.read(settings.data(),
                kind == DataKind.DEMONSTRATIONS ? options : labelled.readOptions(data, kind));
        return kind == DataKind.PREFERENCES ? pairs(read, labelled) : texts(read);
    }

    private static RewardData pairs(Dataset read, LabelledSettings labelled) {
        Dataset pairs = Pairs.of(read, labelled.pairOptions());
        Map<Origin, Sample> lists = new HashMap<>();
        for (int i = 0; i < read.size(); i++) {
            lists.put(read.origins().get(i), read.samples().get(i));
        }
        Map<Origin, Boolean> firstBetter = new HashMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            Origin origin = pairs.origins().get(i);
            Preference pair = (Preference) pairs.samples().get(i);
            Optional.ofNullable(lists.get(origin)).flatMap(source -> firstBetter(source, pair))
                    .ifPresent(first -> firstBetter.put(origin, first));
        }
        return new RewardData(DataKind.PREFERENCES, pairs, firstBetter);
    }

    private static Optional<Boolean> firstBetter(Sample source, Preference pair) {
        return switch (source) {
            case SafetyPair safety -> Optional.of(safety.firstBetter());
            case Scored list ->
                Optional.of(list.answers().indexOf(pair.chosen()) < list.answers().indexOf(pair.rejected()));
            case Sample named -> Optional.empty();
        };
    }

    private static RewardData texts(Dataset read) {
        List<Sample> texts = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            texts.add(text(read.samples().get(i), read.origins().get(i)));
        }
        return new RewardData(DataKind.GRADED, new Dataset(texts, read.origins(), read.schema(), read.skipped()),
                Map.of());
    }

    /** The score in it is not read: the model gives one. */
    private static Graded text(Sample sample, Origin origin) {
        return switch (sample) {
            case Document document -> new Graded(new Passage.Plain(""), new Passage.Plain(document.text()), 0);
            case Conversation conversation -> reply(conversation, origin);
            case Graded graded -> graded;
            case Judged judged -> new Graded(judged.prompt(), judged.completion(), 0);
            case Sample other -> throw new DataException(origin + ": found a sample of type "
                    + other.getClass().getSimpleName() + ", expected a text, a conversation, an answer or a pair");
        };
    }

    private static Graded reply(Conversation conversation, Origin origin) {
        List<Message> turns = conversation.messages();
        if (!conversation.tools().isEmpty()) {
            throw new DataException(origin + ": found " + conversation.tools().size()
                    + " tools, which reward models are not shown: take the column tools out of the data");
        }
        if (turns.isEmpty() || turns.getLast().role() != Role.ASSISTANT) {
            throw new DataException(origin + ": found a conversation that "
                    + (turns.isEmpty() ? "is empty" : "ends with a turn of the " + turns.getLast().role().text())
                    + ", expected a reply of the assistant at the end, which is scored");
        }
        return new Graded(new Passage.Dialogue(turns.subList(0, turns.size() - 1)),
                new Passage.Dialogue(List.of(turns.getLast())), 0);
    }
}
