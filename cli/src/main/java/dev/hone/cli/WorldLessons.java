package dev.hone.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * Short texts that state what is true in the world: portraits of animals, sums, opposites, days, kinds of things. A question
 * is never worded here as the instructions word it, so that an instruction held out has not been read before.
 */
final class WorldLessons {
    /** A lesson and how often it comes up. */
    private record Lesson(int weight, Function<Random, String> text) {}

    private static final List<Lesson> LESSONS = List.of(new Lesson(4, WorldLessons::portrait),
            new Lesson(2, WorldLessons::talk), new Lesson(1, WorldLessons::alike), new Lesson(3, WorldLessons::echo),
            new Lesson(3, WorldLessons::sums), new Lesson(1, WorldLessons::counting),
            new Lesson(3, WorldLessons::opposites), new Lesson(2, WorldLessons::days),
            new Lesson(3, WorldLessons::kinds), new Lesson(2, WorldLessons::things), new Lesson(1, WorldLessons::sizes),
            new Lesson(1, WorldLessons::numbers));

    private WorldLessons() {}

    /** A lesson about anything. */
    static String any(Random random) {
        int left = random.nextInt(LESSONS.stream().mapToInt(Lesson::weight).sum());
        for (Lesson lesson : LESSONS) {
            left -= lesson.weight();
            if (left < 0)
                return lesson.text().apply(random);
        }
        throw new IllegalStateException("the weights of the lessons add up to more than their sum");
    }

    private static String portrait(Random random) {
        Map<String, String> slots = slots(WorldStories.pick(World.ANIMALS, random), random);
        List<String> lines = WorldStories.shuffled(List.of(
                "[The {animal} is {colour}.|The colour of the {animal} is {colour}.|{A_animal} is always {colour}.]",
                "[The {animal} lives {home}.|The home of the {animal} is {home}.|You can find the {animal} {home}.]",
                "[The {animal} eats {food}.|The {animal} likes to eat {food}.|The food of the {animal} is {food}.]",
                "[The {animal} says {sound}.|\"{Sound}, {sound}!\" says the {animal}.|When you hear {sound}, it is the {animal}.]",
                "[The {animal} has {legs} legs.|It has {legs} legs.]"), random);
        String opening = "[Look at the {animal}!|This is the {animal}.|Here is a page about the {animal}.|"
                + "{Name} drew a picture of the {animal}.|{Name} wrote about the {animal}.]";
        return expand(opening + "\n" + String.join("\n", lines), slots, random);
    }

    /** What several animals have in common. */
    private static String alike(Random random) {
        boolean colours = random.nextBoolean();
        WorldAnimal model = WorldStories.pick(World.ANIMALS, random);
        List<WorldAnimal> alike = World.ANIMALS.stream()
                .filter(a -> colours ? a.colour().equals(model.colour()) : a.legs() == model.legs()).toList();
        if (alike.size() == 1)
            return portrait(random);
        List<WorldAnimal> some = WorldStories.shuffled(alike, random).subList(0, Math.min(5, alike.size()));
        String trait = colours ? "is " + model.colour() : "has " + model.legsInWords() + " legs";
        List<String> lines = new ArrayList<>();
        some.forEach(a -> lines.add("The " + a.name() + " " + trait + "."));
        lines.add("[They are alike.|So they are alike.|]");
        return expand(String.join("\n", lines), Map.of(), random);
    }

    /** Two who tell each other what they know. */
    private static String talk(Random random) {
        WorldAnimal animal = WorldStories.pick(World.ANIMALS, random);
        Map<String, String> slots = slots(animal, random);
        List<String> turns = WorldStories.shuffled(List.of(
                "\"I wonder what colour the {animal} is,\" said {name}. \"The {animal} is {colour},\" said {other}.",
                "\"I wonder where the {animal} lives,\" said {name}. \"The {animal} lives {home},\" said {other}.",
                "\"I wonder what the {animal} eats,\" said {name}. \"The {animal} eats {food},\" said {other}.",
                "\"I wonder what the {animal} says,\" said {name}. \"The {animal} says {sound},\" said {other}.",
                "\"I wonder who lives {home},\" said {name}. \"[It is|That is] {a_animal},\" said {other}."), random);
        return expand("{Name} and {other} [sat|were] [in the garden|on the hill|at school].\n"
                + String.join("\n", turns.subList(0, 3)) + "\n[\"You know a lot,\" said {name}.|]", slots, random);
    }

    /** A parrot that says everything back. */
    private static String echo(Random random) {
        Map<String, String> slots = slots(WorldStories.pick(World.ANIMALS, random), random);
        List<String> lines = new ArrayList<>();
        lines.add("{Name} the parrot says everything again.");
        for (int i = 0; i < 3; i++) {
            String phrase = WorldPhrases.random(random);
            lines.add("\"%1$s,\" says {other}. \"%1$s,\" says {name}.".formatted(phrase));
        }
        return expand(String.join("\n", lines), slots, random);
    }

    private static String sums(Random random) {
        List<String> lines = new ArrayList<>();
        int fixed = 1 + random.nextInt(World.ADDEND);
        boolean table = random.nextInt(3) == 0;
        for (int right = 1; right <= World.ADDEND; right++) {
            lines.add(table ? sum(fixed, right) : random.nextInt(5) < 3 ? anySum(random) : anyDifference(random));
        }
        return expand("[Let us add.|Now we do sums.|Here are some sums.|]\n" + String.join("\n", lines), Map.of(),
                random);
    }

    private static String anySum(Random random) {
        return sum(1 + random.nextInt(World.ADDEND), 1 + random.nextInt(World.ADDEND));
    }

    private static String anyDifference(Random random) {
        int from = 2 + random.nextInt(World.MINUEND - 1);
        return difference(from, 1 + random.nextInt(from - 1));
    }

    private static String sum(int left, int right) { return left + " plus " + right + " is " + (left + right) + "."; }

    private static String difference(int from, int less) {
        return from + " minus " + less + " is " + (from - less) + ".";
    }

    private static String counting(Random random) {
        Map<String, String> slots = slots(WorldStories.pick(World.ANIMALS, random), random);
        boolean more = random.nextBoolean();
        int left = more ? 2 + random.nextInt(World.ADDEND - 1) : 2 + random.nextInt(World.MINUEND - 1);
        int right = 1 + random.nextInt(more ? World.ADDEND : left - 1);
        slots.put("a", String.valueOf(left));
        slots.put("b", String.valueOf(right));
        slots.put("c", String.valueOf(more ? left + right : left - right));
        slots.put("sum", more ? sum(left, right) : difference(left, right));
        slots.put("things", World.plural(WorldStories.pick(World.FRUITS, random)));
        return expand(more ? """
                {Name} had {a} {things}. {Other} [gave|brought] {name} {b} more.
                [{Name} counted them all.|Then they counted.] {sum}
                So {name} now had {c}. [How nice!|That was a lot.|]
                """ : """
                {Name} had {a} {things}. {Name} [gave {b} to {other}|ate {b} of them|lost {b} on the way].
                [Then {name} counted again.|How many were left?] {sum}
                So {name} now had {c}. [That was all.|]
                """, slots, random);
    }

    private static String opposites(Random random) {
        List<String> lines = new ArrayList<>();
        for (World.Opposites pair : WorldStories.shuffled(World.OPPOSITES, random).subList(0, 5)) {
            boolean turn = random.nextBoolean();
            String one = turn ? pair.other() : pair.one();
            String other = turn ? pair.one() : pair.other();
            lines.add("[The opposite of %1$s is %2$s.|The opposite of %1$s is %2$s.|%1$s and %2$s are opposites.]"
                    .formatted(one, other));
        }
        return expand("[Everything has an opposite.|{Name} plays the game of opposites.|]\n" + String.join("\n", lines),
                slots(World.ANIMALS.getFirst(), random), random);
    }

    private static String days(Random random) {
        if (random.nextInt(4) == 0) {
            return "The week has seven days: " + World.enumerate(World.DAYS) + ".";
        }
        List<String> lines = new ArrayList<>();
        int first = random.nextInt(7);
        for (int i = first; i < first + 4; i++) {
            String day = World.DAYS.get(i % 7);
            String next = World.DAYS.get((i + 1) % 7);
            lines.add("[After %1$s comes %2$s.|Before %2$s comes %1$s.]".formatted(day, next));
        }
        return String.join(" ", lines.stream().map(line -> WorldGrammar.expand(line, Map.of(), random)).toList());
    }

    private static String kinds(Random random) {
        List<String> lines = new ArrayList<>();
        for (World.Group group : WorldStories.shuffled(World.GROUPS, random).subList(0, 2)) {
            List<String> members = WorldStories.shuffled(group.members(), random);
            int count = 2 + random.nextInt(3);
            lines.add("[Here are|{Name} knows|{Other} can name] %s %s: %s.".formatted(numberWord(count),
                    World.plural(group.kind()), World.enumerate(members.subList(0, count))));
            for (String member : members.subList(count, count + 2)) {
                lines.add(isA(member, group.kind()));
            }
        }
        return expand(String.join("\n", lines), slots(World.ANIMALS.getFirst(), random), random);
    }

    /** {@code A plum is a fruit.} Colours and days go without an article. */
    static String isA(String member, String kind) {
        boolean bare = kind.equals("colour") || kind.equals("day");
        return WorldGrammar.capital(bare ? member : World.a(member)) + " is " + World.a(kind) + ".";
    }

    static String numberWord(int number) { return List.of("no", "one", "two", "three", "four", "five").get(number); }

    private static String things(Random random) {
        List<String> lines = new ArrayList<>();
        for (World.Coloured thing : WorldStories.shuffled(World.THINGS, random).subList(0, 6)) {
            lines.add("[%1$s is %2$s.|Look, %1$s is %2$s!]".formatted(thing.thing(), thing.colour()));
        }
        return expand(String.join("\n", lines), Map.of(), random);
    }

    private static String sizes(Random random) {
        List<String> lines = new ArrayList<>();
        while (lines.size() < 5) {
            WorldAnimal one = WorldStories.pick(World.ANIMALS, random);
            WorldAnimal other = WorldStories.pick(World.ANIMALS, random);
            if (one.size() - other.size() >= 2) {
                lines.add("[The %1$s is bigger than the %2$s.|The %2$s is smaller than the %1$s.]".formatted(one.name(),
                        other.name()));
            }
        }
        return expand(String.join("\n", lines), Map.of(), random);
    }

    private static String numbers(Random random) {
        List<String> lines = new ArrayList<>();
        lines.add("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10.|0, 1, 2, 3, 4, 5, 6, 7, 8, 9.|]");
        for (int i = 0; i < 6; i++) {
            int number = 1 + random.nextInt(World.MINUEND);
            lines.add(random.nextBoolean()
                    ? "After " + number + " comes " + (number + 1) + "."
                    : "Before " + number + " comes " + (number - 1) + ".");
        }
        return expand(String.join("\n", lines), Map.of(), random);
    }

    private static Map<String, String> slots(WorldAnimal animal, Random random) {
        List<World.Person> people = WorldStories.shuffled(World.PEOPLE, random);
        return new HashMap<>(Map.of("animal", animal.name(), "a_animal", World.a(animal.name()), "colour",
                animal.colour(), "home", animal.home(),
                "food", animal.food(), "sound", animal.sound(), "legs", animal.legsInWords(), "name",
                people.get(0).name(), "other", people.get(1).name()));
    }

    private static String expand(String template, Map<String, String> slots, Random random) {
        return WorldGrammar.expand(template, slots, random);
    }
}
