package dev.hone.cli;

import dev.hone.cli.CorpusQuestion.Kind;
import dev.hone.text.Conversation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a {@link Corpus} from a seed: the same numbers give the same texts on every machine. */
final class CorpusGenerator {
    /** Prompts held out of each kind: half of them facts that no instruction asks for, half new wordings. */
    private static final int HELD_OUT = 8;

    private CorpusGenerator() {}

    /**
     * @param documents number of documents, about 45 words each and no two alike
     * @param instructions number of conversations to fine-tune on; from about 6,000 on, prompts repeat
     */
    static Corpus generate(long seed, int documents, int instructions) {
        Map<Kind, List<CorpusQuestion>> byKind = CorpusCatalogue.questions().stream()
                .collect(Collectors.groupingBy(CorpusQuestion::kind, LinkedHashMap::new, Collectors.toList()));
        Random random = new Random(seed);
        List<CorpusQuestion> heldOut = new ArrayList<>();
        Map<Kind, List<CorpusQuestion>> left = new LinkedHashMap<>();
        byKind.forEach(
                (kind, questions) -> left.put(kind, kind.graded() ? split(questions, heldOut, random) : questions));
        List<CorpusQuestion> asked = draw(left, instructions, random);
        return new Corpus(documents(documents, random), answer(asked, random), answer(heldOut, random));
    }

    /** Puts aside what is held out of one kind, and returns what may be trained on. */
    private static List<CorpusQuestion> split(List<CorpusQuestion> questions, List<CorpusQuestion> heldOut,
            Random random) {
        List<CorpusQuestion> shuffled = WorldStories.shuffled(questions, random);
        Map<String, CorpusQuestion> byFact = new LinkedHashMap<>();
        shuffled.forEach(question -> byFact.putIfAbsent(question.fact(), question));
        List<CorpusQuestion> newFacts = byFact.values().stream().limit(HELD_OUT / 2).toList();
        Set<String> facts = newFacts.stream().map(CorpusQuestion::fact).collect(Collectors.toSet());
        List<CorpusQuestion> rest = shuffled.stream().filter(question -> !facts.contains(question.fact())).toList();
        heldOut.addAll(newFacts);
        heldOut.addAll(rest.subList(0, HELD_OUT / 2));
        return rest.subList(HELD_OUT / 2, rest.size());
    }

    /** Questions by the weights of their kinds, each once before any comes again. */
    private static List<CorpusQuestion> draw(Map<Kind, List<CorpusQuestion>> left, int count, Random random) {
        int total = Stream.of(Kind.values()).mapToInt(kind -> kind.weight).sum();
        List<CorpusQuestion> asked = new ArrayList<>();
        int seen = 0;
        for (Map.Entry<Kind, List<CorpusQuestion>> entry : left.entrySet()) {
            seen += entry.getKey().weight;
            int target = (int) ((long) count * seen / total);
            while (asked.size() < target) {
                List<CorpusQuestion> round = WorldStories.shuffled(entry.getValue(), random);
                asked.addAll(round.subList(0, Math.min(round.size(), target - asked.size())));
            }
        }
        Collections.shuffle(asked, random);
        return asked;
    }

    private static List<Conversation> answer(List<CorpusQuestion> questions, Random random) {
        return questions.stream().map(question -> question.answered(random)).toList();
    }

    private static List<String> documents(int count, Random random) {
        Set<String> documents = new LinkedHashSet<>();
        while (documents.size() < count) {
            documents.add(random.nextInt(3) == 0 ? WorldStories.any(random) : WorldLessons.any(random));
        }
        return List.copyOf(documents);
    }
}
