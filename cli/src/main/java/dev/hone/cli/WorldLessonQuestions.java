package dev.hone.cli;

import static dev.hone.cli.CorpusCatalogue.about;
import static dev.hone.cli.WorldAnimalQuestions.without;

import dev.hone.cli.CorpusCheck.Counts;
import dev.hone.cli.CorpusCheck.Lists;
import dev.hone.cli.CorpusCheck.Names;
import dev.hone.cli.CorpusQuestion.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Questions about sums, numbers, opposites, days, kinds of things and their colours. */
final class WorldLessonQuestions {
    private WorldLessonQuestions() {}

    static void addTo(CorpusCatalogue catalogue) {
        addSums(catalogue);
        addNumbers(catalogue);
        World.OPPOSITES.forEach(pair -> {
            addOpposite(catalogue, pair.one(), pair.other());
            addOpposite(catalogue, pair.other(), pair.one());
        });
        for (int day = 0; day < World.DAYS.size(); day++) {
            String before = World.DAYS.get(day);
            String after = World.DAYS.get((day + 1) % World.DAYS.size());
            addDay(catalogue, "after", before, after);
            addDay(catalogue, "before", after, before);
        }
        for (World.Group group : World.GROUPS) {
            group.members().forEach(member -> addKindOf(catalogue, member, group.kind()));
            addLists(catalogue, group.kind(), group.members());
        }
        World.THINGS.forEach(thing -> catalogue.add(Kind.THING, thing.thing(),
                about(thing.thing(), "what colour is %s?", "what is the colour of %s?", "tell me the colour of %s.",
                        "please tell me what colour %s is."),
                WorldGrammar.capital(thing.thing()) + " is " + thing.colour() + ".", colour(thing)));
    }

    private static CorpusCheck colour(World.Coloured thing) {
        Set<String> wrong = new HashSet<>(without(Set.copyOf(World.COLOURS), thing.colour()));
        World.THINGS.stream().filter(other -> !other.equals(thing))
                .forEach(other -> wrong.addAll(CorpusCheck.words(other.thing())));
        wrong.remove("the");
        return new Names(Set.of(thing.colour()), wrong);
    }

    private static void addSums(CorpusCatalogue catalogue) {
        for (int left = 1; left <= World.ADDEND; left++) {
            for (int right = 1; right <= World.ADDEND; right++) {
                addSum(catalogue, Kind.PLUS, left + " plus " + right, left + right,
                        new HashSet<>(List.of(left, right)));
            }
        }
        for (int from = 2; from <= World.MINUEND; from++) {
            for (int less = 1; less < from; less++) {
                addSum(catalogue, Kind.MINUS, from + " minus " + less, from - less, new HashSet<>(List.of(from, less)));
            }
        }
    }

    private static void addSum(CorpusCatalogue catalogue, Kind kind, String sum, int result, Set<Integer> given) {
        catalogue.add(kind, sum, about(sum, "what is %s?", "how much is %s?", "please tell me what %s is.",
                "can you work out %s?"), sum + " is " + result + ".", new Counts(result, given));
    }

    private static void addNumbers(CorpusCatalogue catalogue) {
        for (int number = 1; number <= World.MINUEND; number++) {
            addNumber(catalogue, "after", number, number + 1);
            addNumber(catalogue, "before", number, number - 1);
        }
    }

    private static void addNumber(CorpusCatalogue catalogue, String side, int number, int result) {
        String place = side + " " + number;
        catalogue.add(Kind.NUMBER, place,
                about(place, "what number comes %s?", "which number comes %s?", "tell me the number that comes %s."),
                WorldGrammar.capital(place) + " comes " + result + ".", new Counts(result, Set.of(number)));
    }

    private static void addOpposite(CorpusCatalogue catalogue, String word, String opposite) {
        Set<String> all = World.OPPOSITES.stream().flatMap(p -> List.of(p.one(), p.other()).stream())
                .collect(Collectors.toSet());
        all.removeAll(Set.of(word, opposite));
        catalogue.add(Kind.OPPOSITE, word,
                about(word, "what is the opposite of %s?", "tell me the opposite of %s.",
                        "please name the opposite of %s.", "which word is the opposite of %s?",
                        "do you know the opposite of %s?"),
                "The opposite of " + word + " is " + opposite + ".", new Names(Set.of(opposite), all));
    }

    private static void addDay(CorpusCatalogue catalogue, String side, String known, String asked) {
        Set<String> wrong = new HashSet<>(lower(World.DAYS));
        wrong.removeAll(lower(List.of(known, asked)));
        String place = side + " " + known;
        catalogue.add(Kind.DAY, place,
                about(place, "what day comes %s?", "which day comes %s?", "tell me the day that comes %s.",
                        "please name the day %s.", "do you know what day comes %s?"),
                WorldGrammar.capital(place) + " comes " + asked + ".", new Names(lower(List.of(asked)), wrong));
    }

    private static void addKindOf(CorpusCatalogue catalogue, String member, String kind) {
        boolean bare = kind.equals("colour") || kind.equals("day");
        String name = bare ? member : World.a(member);
        Set<String> wrong = new HashSet<>();
        World.GROUPS.forEach(group -> {
            wrong.add(group.kind());
            wrong.addAll(lower(group.members()));
        });
        wrong.removeAll(lower(List.of(member, kind)));
        catalogue.add(Kind.KIND_OF, member,
                about(name, "what is %s?", "tell me what %s is.", "please tell me what %s is.",
                        "what kind of thing is %s?"),
                WorldLessons.isA(member, kind), new Names(Set.of(kind), wrong));
    }

    private static void addLists(CorpusCatalogue catalogue, String kind, List<String> members) {
        for (int count = 2; count <= 4; count++) {
            int asked = count;
            String what = WorldLessons.numberWord(count) + " " + World.plural(kind);
            catalogue.add(Kind.LIST, what,
                    about(what, "name %s.", "tell me %s.", "please name %s.", "can you name %s?", "give me %s.",
                            "do you know %s?", "list %s, please.", "what are %s?"),
                    random -> "Here are " + what + ": "
                            + World.enumerate(WorldStories.shuffled(members, random).subList(0, asked)) + ".",
                    new Lists(count, lower(members)));
        }
    }

    private static Set<String> lower(List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
