package dev.hone.cli;

import dev.hone.cli.CorpusCheck.Affirms;
import dev.hone.cli.CorpusCheck.Counts;
import dev.hone.cli.CorpusCheck.Lists;
import dev.hone.cli.CorpusCheck.Names;
import dev.hone.cli.CorpusCheck.Repeats;
import dev.hone.cli.CorpusCheck.Tells;
import dev.hone.cli.CorpusQuestion.Kind;
import dev.hone.text.Conversation;
import dev.hone.text.Message;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Makes wrong answers that read like right ones: the sentence stays, and what it says is put in from another answer to a
 * question of the same kind. So neither length nor style tells which of the two is right.
 */
final class CorpusMistakes {
    private static final int FURTHEST = 3;

    private final Map<String, CorpusQuestion> questions = new HashMap<>();
    private final Map<Kind, Set<String>> said = new EnumMap<>(Kind.class);

    CorpusMistakes() {
        for (CorpusQuestion question : CorpusCatalogue.questions()) {
            questions.put(question.key(), question);
            said.computeIfAbsent(question.kind(), kind -> new TreeSet<>()).addAll(right(question.check()));
        }
    }

    /** What an answer has to say for it to be right. */
    private static Set<String> right(CorpusCheck check) {
        return switch (check) {
            case Names names -> names.right();
            case Affirms affirms -> Set.of(affirms.fact());
            case Repeats repeats -> Set.of(repeats.phrase());
            case Counts counts -> Set.of();
            case Lists lists -> Set.of();
            case Tells tells -> Set.of();
        };
    }

    /** Each conversation's own answer against a wrong one; those that no single mistake spoils, as stories, are left out. */
    List<CorpusPair> pairs(List<Conversation> conversations, Random random) {
        List<CorpusPair> pairs = new ArrayList<>();
        for (Conversation conversation : conversations) {
            List<Message> messages = conversation.messages();
            List<Message> prompt = messages.subList(0, messages.size() - 1);
            CorpusQuestion question = questions.get(CorpusQuestion.key(prompt));
            if (question != null) {
                String chosen = messages.getLast().content();
                spoil(question, chosen, random)
                        .ifPresent(rejected -> pairs.add(new CorpusPair(prompt, chosen, rejected)));
            }
        }
        return pairs;
    }

    /** The answer with one mistake. */
    private Optional<String> spoil(CorpusQuestion question, String answer, Random random) {
        return switch (question.check()) {
            case Names names -> replaced(answer, names.right(), one(question, names.wrong(), random));
            case Affirms affirms -> replaced(denied(answer, affirms.yes()), Set.of(affirms.fact()),
                    one(question, affirms.wrong(), random));
            case Counts counts -> Optional.of(miscounted(answer, counts, random));
            case Lists lists -> Optional.of(twice(answer));
            case Repeats repeats -> replaced(answer, Set.of(repeats.phrase()), other(question, repeats, random));
            case Tells story -> Optional.empty();
        };
    }

    /** A word that is right elsewhere and wrong here: one that the question itself puts about, if there is any. */
    private String one(CorpusQuestion question, Set<String> wrong, Random random) {
        List<String> possible = said(question.kind()).stream().filter(wrong::contains).toList();
        List<String> asked = CorpusCheck.words(question.prompt().getLast().content());
        List<String> named = possible.stream().filter(asked::contains).toList();
        return WorldStories.pick(named.isEmpty() ? possible : named, random);
    }

    private String other(CorpusQuestion question, Repeats repeats, Random random) {
        return WorldStories.pick(
                said(question.kind()).stream().filter(phrase -> !phrase.equals(repeats.phrase())).toList(), random);
    }

    private Set<String> said(Kind kind) { return said.getOrDefault(kind, Set.of()); }

    private static String denied(String answer, boolean yes) {
        return yes ? answer.replaceFirst("^Yes", "No") : answer.replaceFirst("^No", "Yes");
    }

    /** The right word gives way to the wrong one where it comes last, with the article or preposition that belongs to it. */
    private static Optional<String> replaced(String answer, Set<String> right, String wrong) {
        for (String word : new TreeSet<>(right)) {
            Pattern whole = Pattern.compile("(\\ban? )?\\b" + Pattern.quote(home(word)) + "\\b",
                    Pattern.CASE_INSENSITIVE);
            Optional<MatchResult> last = whole.matcher(answer).results().reduce((one, next) -> next);
            if (last.isPresent()) {
                MatchResult found = last.get();
                String fitting = found.group(1) == null ? home(wrong) : World.a(wrong);
                return Optional.of(answer.substring(0, found.start())
                        + (Character.isUpperCase(answer.charAt(found.start()))
                                ? WorldGrammar.capital(fitting)
                                : fitting)
                        + answer.substring(found.end()));
            }
        }
        return Optional.empty();
    }

    /** Places come with their preposition: {@code on the hill}. */
    private static String home(String word) {
        return World.ANIMALS.stream().filter(animal -> animal.place().equals(word)).map(WorldAnimal::home).findFirst()
                .orElse(word);
    }

    /** A result a little too high or too low. */
    private static String miscounted(String answer, Counts counts, Random random) {
        int by = 1 + random.nextInt(FURTHEST);
        boolean less = random.nextBoolean() && counts.result() >= by;
        int wrong = less ? counts.result() - by : counts.result() + by;
        int at = answer.lastIndexOf(String.valueOf(counts.result()));
        return answer.substring(0, at) + wrong + answer.substring(at + String.valueOf(counts.result()).length());
    }

    /** A list whose last item is its first once more. */
    private static String twice(String answer) {
        String first = answer.substring(answer.lastIndexOf(": ") + 2).split("[ ,]", 2)[0];
        return answer.substring(0, answer.lastIndexOf(' ') + 1) + first + ".";
    }
}
