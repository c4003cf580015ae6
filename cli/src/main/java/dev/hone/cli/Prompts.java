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

    static List<List<Message>> of(GenerateSettings settings) {
        List<List<Message>> prompts = settings.prompt().map(prompt -> List.of(List.of(Message.user(prompt))))
                .orElseGet(() -> fromFiles(settings));
        return settings.system().map(system -> prompts.stream().map(prompt -> with(system, prompt)).toList())
                .orElse(prompts);
    }

    private static List<List<Message>> fromFiles(GenerateSettings settings) {
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

    private static List<Message> prompt(Dataset rows, int row) {
        List<Message> messages = new ArrayList<>(messages(rows.samples().get(row)));
        while (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) {
            messages.removeLast();
        }
        if (messages.isEmpty()) {
            throw new DataException(rows.origins().get(row) + ": no turn before the reply, expected one to answer");
        }
        return List.copyOf(messages);
    }

    private static List<Message> messages(Sample sample) {
        return switch (sample) {
            case Document document -> List.of(Message.user(document.text()));
            case Conversation conversation -> conversation.messages();
            case Labelled labelled -> switch (labelled.prompt()) {
                case Passage.Plain plain -> List.of(Message.user(plain.text()));
                case Passage.Dialogue dialogue -> dialogue.messages();
            };
        };
    }

    private static List<Message> with(String system, List<Message> prompt) {
        if (prompt.getFirst().role() == Role.SYSTEM) {
            return prompt;
        }
        List<Message> all = new ArrayList<>(List.of(Message.system(system)));
        all.addAll(prompt);
        return List.copyOf(all);
    }
}
