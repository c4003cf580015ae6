package dev.hone.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Short sayings without an end mark, for a parrot to say back and for a reader to repeat. */
final class WorldPhrases {
    private static final List<String> FORMS = List.of("the {animal} has {a_toy}", "the {toy} is {spot}",
            "I like {fruits} and {more}", "{name} is [happy|sad|late] today", "the {tone} {toy} is mine",
            "{tone}, {shade} and {colour}", "the {animal} and the {friend} are [friends|here|at home]",
            "[good morning|good night|hello|come here], {name}", "{name} and {person} play with {a_toy}",
            "we eat {fruits} on {day}");

    private WorldPhrases() {}

    static String random(Random random) {
        List<String> colours = WorldStories.shuffled(World.COLOURS, random);
        List<WorldAnimal> animals = WorldStories.shuffled(World.ANIMALS, random);
        List<String> fruits = WorldStories.shuffled(World.FRUITS, random);
        List<World.Person> people = WorldStories.shuffled(World.PEOPLE, random);
        String toy = WorldStories.pick(World.TREASURES, random);
        Map<String, String> slots = Map.ofEntries(Map.entry("animal", animals.get(0).name()),
                Map.entry("friend", animals.get(1).name()), Map.entry("toy", toy),
                Map.entry("a_toy", World.a(colours.get(0) + " " + toy)), Map.entry("tone", colours.get(0)),
                Map.entry("shade", colours.get(1)), Map.entry("colour", colours.get(2)),
                Map.entry("fruits", World.plural(fruits.get(0))), Map.entry("more", World.plural(fruits.get(1))),
                Map.entry("name", people.get(0).name()), Map.entry("person", people.get(1).name()),
                Map.entry("day", WorldStories.pick(World.DAYS, random)),
                Map.entry("spot", "[under the bed|in the house|in the tree]"));
        return WorldGrammar.expand(WorldStories.pick(FORMS, random), slots, random);
    }

    /** {@code count} different sayings, always the same. */
    static List<String> some(int count) {
        Random random = new Random(count);
        Set<String> phrases = new LinkedHashSet<>();
        while (phrases.size() < count) {
            phrases.add(random(random));
        }
        return List.copyOf(phrases);
    }
}
