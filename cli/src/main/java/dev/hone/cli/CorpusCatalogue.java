package dev.hone.cli;

import dev.hone.cli.CorpusQuestion.Kind;
import dev.hone.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Collects questions; a prompt that two facts would answer differently is a mistake of ours and refused. */
final class CorpusCatalogue {
    private final Map<String, CorpusQuestion> questions = new LinkedHashMap<>();

    /** Everything that can be asked of the world, always in the same order. */
    static List<CorpusQuestion> questions() {
        CorpusCatalogue catalogue = new CorpusCatalogue();
        WorldAnimalQuestions.addTo(catalogue);
        WorldLessonQuestions.addTo(catalogue);
        WorldTasks.addTo(catalogue);
        return List.copyOf(catalogue.questions.values());
    }

    /** A fact in several wordings, with one reply, in which <code>[a|b]</code> is a choice. */
    void add(Kind kind, String fact, List<String> wordings, String reply, CorpusCheck check) {
        add(kind, fact, wordings, random -> WorldGrammar.expand(reply, Map.of(), random), check);
    }

    void add(Kind kind, String fact, List<String> wordings, Function<Random, String> reply, CorpusCheck check) {
        for (String wording : wordings) {
            String courtesy = kind == Kind.REPEAT || kind == Kind.CHAT ? "" : courtesy(wording);
            add(new CorpusQuestion(kind, fact, List.of(Message.user(wording)), random -> courtesy + reply.apply(random),
                    check));
        }
    }

    /** How a polite answer begins: as politely as it was asked for. */
    private static String courtesy(String wording) {
        return wording.startsWith("Please")
                ? "Gladly. "
                : wording.startsWith("Can you")
                        ? "Of course. "
                        : wording.startsWith("Do you know") ? "Yes, I do. " : "";
    }

    void add(CorpusQuestion question) {
        CorpusQuestion known = questions.putIfAbsent(question.key(), question);
        if (known != null && !known.check().equals(question.check())) {
            throw new IllegalStateException("two answers to '" + question.key() + "'");
        }
    }

    /** The wordings with a name put in for {@code %s}. */
    static List<String> about(String name, String... wordings) {
        List<String> all = new ArrayList<>();
        for (String wording : wordings) {
            all.add(WorldGrammar.capital(wording.replace("%s", name)));
        }
        return all;
    }
}
