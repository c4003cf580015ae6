package dev.hone.cli;

import dev.hone.text.Columns;
import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.Dataset;
import dev.hone.text.Document;
import dev.hone.text.Labelled;
import dev.hone.text.Message;
import dev.hone.text.Passage;
import dev.hone.text.ReadOptions;
import dev.hone.text.Role;
import dev.hone.text.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The prompts of a call, each as turns to answer. */
final class Prompts {
    private Prompts() {}

    static List<Conversation> of(GenerateSettings settings) {
        List<Conversation> prompts = settings.prompt()
                .map(prompt -> List.of(new Conversation(List.of(Message.user(prompt)))))
                .orElseGet(() -> fromFiles(settings));
        return settings.system().map(system -> prompts.stream().map(prompt -> with(system, prompt)).toList())
                .orElse(prompts);
    }

    private static List<Conversation> fromFiles(GenerateSettings settings) {
        Dataset rows = read(settings);
        return IntStream.range(0, rows.size()).mapToObj(i -> prompt(rows, i)).toList();
    }

    /** Files of prompts alone are no shape to train on, so what training does not know is tried as that. */
    private static Dataset read(GenerateSettings settings) {
        if (!settings.promptField().isEmpty()) {
            return read(settings, Columns.ofText(settings.promptField()));
        }
        try {
            return read(settings, Columns.detected());
        } catch (DataException noShape) {
            try {
                return read(settings, Columns.ofText("prompt"));
            } catch (DataException noPrompts) {
                throw noShape;
            }
        }
    }

    private static Dataset read(GenerateSettings settings, Columns columns) {
        return Dataset.read(settings.data(), ReadOptions.defaults().withColumns(columns));
    }

    private static Conversation prompt(Dataset rows, int row) {
        Conversation whole = conversation(rows.samples().get(row));
        List<Message> messages = new ArrayList<>(whole.messages());
        while (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) {
            messages.removeLast();
        }
        if (messages.isEmpty()) {
            throw new DataException(rows.origins().get(row) + ": no turn before the reply, expected one to answer");
        }
        return new Conversation(messages, whole.tools());
    }

    private static Conversation conversation(Sample sample) {
        return switch (sample) {
            case Document document -> new Conversation(List.of(Message.user(document.text())));
            case Conversation conversation -> conversation;
            case Labelled labelled -> switch (labelled.prompt()) {
                case Passage.Plain plain -> new Conversation(List.of(Message.user(plain.text())));
                case Passage.Dialogue dialogue -> new Conversation(dialogue.messages());
            };
        };
    }

    private static Conversation with(String system, Conversation prompt) {
        if (prompt.messages().getFirst().role() == Role.SYSTEM) {
            return prompt;
        }
        List<Message> all = new ArrayList<>(List.of(Message.system(system)));
        all.addAll(prompt.messages());
        return new Conversation(all, prompt.tools());
    }
}
