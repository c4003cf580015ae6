package dev.hone.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The little world of which the quickstart's corpus tells: what is true in it. Everything in the corpus that states a fact
 * takes it from here, so stories, lessons and answers agree.
 */
final class World {
    /** Whom stories are about: a name, and the pronouns that go with it. */
    record Person(String name, String he, String his, String him) {}

    /** A thing with one colour: {@code the sun}, yellow. */
    record Coloured(String thing, String colour) {}

    /** A kind of thing, in the singular, and its members. */
    record Group(String kind, List<String> members) {}

    /** Two words that are opposites of each other. */
    record Opposites(String one, String other) {}

    static final Map<Integer, String> LEG_WORDS = Map.of(0, "no", 2, "two", 4, "four", 6, "six", 10, "ten");

    /** Sums go up to this plus this. */
    static final int ADDEND = 5;

    /** Differences start from this at most, and numbers have a next one up to this. */
    static final int MINUEND = 8;

    static final List<WorldAnimal> ANIMALS = List.of(
            new WorldAnimal("cat", "black", "in the house", "fish", "meow", 4),
            new WorldAnimal("dog", "brown", "in the yard", "bones", "woof", 4),
            new WorldAnimal("fox", "red", "in the forest", "berries", "yap", 4),
            new WorldAnimal("owl", "grey", "in the tower", "moths", "hoot", 2),
            new WorldAnimal("frog", "green", "in the pond", "flies", "croak", 4),
            new WorldAnimal("duck", "yellow", "by the stream", "bread", "quack", 2),
            new WorldAnimal("pig", "pink", "on the farm", "apples", "oink", 4),
            new WorldAnimal("cow", "white", "in the meadow", "clover", "moo", 4),
            new WorldAnimal("horse", "brown", "in the stable", "hay", "neigh", 4),
            new WorldAnimal("sheep", "white", "on the hill", "grass", "baa", 4),
            new WorldAnimal("hen", "red", "in the barn", "corn", "cluck", 2),
            new WorldAnimal("mouse", "grey", "in the wall", "cheese", "squeak", 4),
            new WorldAnimal("rabbit", "white", "in the burrow", "carrots", "thump", 4),
            new WorldAnimal("bear", "brown", "in the cave", "honey", "growl", 4),
            new WorldAnimal("bee", "yellow", "in the hive", "nectar", "buzz", 6),
            new WorldAnimal("snake", "green", "in the desert", "eggs", "hiss", 0),
            new WorldAnimal("whale", "blue", "in the sea", "shrimps", "woo", 0),
            new WorldAnimal("crab", "orange", "on the beach", "snails", "click", 10),
            new WorldAnimal("parrot", "blue", "in the jungle", "seeds", "squawk", 2),
            new WorldAnimal("elephant", "grey", "by the river", "leaves", "toot", 4));

    /** The animals by size, from those like an insect to the whale; within a row they are about alike. */
    static final List<List<String>> SIZES = List.of(
            List.of("mouse", "bee", "crab"),
            List.of("owl", "frog", "duck", "hen", "rabbit", "parrot"),
            List.of("cat", "dog", "fox", "snake"),
            List.of("pig", "sheep"),
            List.of("cow", "horse", "bear"),
            List.of("whale", "elephant"));

    static final List<Person> PEOPLE = List.of(he("Tom"), he("Ben"), he("Max"), he("Leo"), he("Sam"), she("Mia"),
            she("Lily"), she("Anna"), she("Ruby"), she("Zoe"));

    static final List<String> COLOURS = List.of("red", "blue", "green", "yellow", "black", "white", "brown", "grey",
            "pink", "orange");

    static final List<String> TOYS = List.of("ball", "kite", "drum", "doll", "boat", "train", "puzzle");

    static final List<String> FRUITS = List.of("apple", "pear", "plum", "banana", "cherry", "grape", "lemon", "peach");

    static final List<String> VEGETABLES = List.of("carrot", "potato", "onion", "bean", "cabbage", "leek");

    static final List<String> DAYS = List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
            "Sunday");

    /** Things that stories turn on: toys, clothes and a few more that can be lost, found, given and shared. */
    static final List<String> TREASURES = List.of("ball", "kite", "drum", "doll", "boat", "hat", "bell", "box", "book",
            "cup");

    /** Kinds of things and their members; a member belongs to one kind only. */
    static final List<Group> GROUPS = List.of(
            new Group("animal", ANIMALS.stream().map(WorldAnimal::name).toList()), new Group("fruit", FRUITS),
            new Group("vegetable", VEGETABLES), new Group("toy", TOYS), new Group("colour", COLOURS),
            new Group("day", DAYS));

    static final List<Coloured> THINGS = List.of(new Coloured("the sun", "yellow"), new Coloured("the sky", "blue"),
            new Coloured("the snow", "white"), new Coloured("the night", "black"), new Coloured("the grass", "green"),
            new Coloured("the cherry", "red"), new Coloured("the carrot", "orange"),
            new Coloured("the potato", "brown"), new Coloured("the rose", "red"), new Coloured("the leaf", "green"),
            new Coloured("the lemon", "yellow"), new Coloured("the stone", "grey"));

    static final List<Opposites> OPPOSITES = List.of(new Opposites("hot", "cold"), new Opposites("big", "small"),
            new Opposites("fast", "slow"), new Opposites("up", "down"), new Opposites("happy", "sad"),
            new Opposites("old", "young"), new Opposites("open", "shut"), new Opposites("wet", "dry"),
            new Opposites("full", "empty"), new Opposites("light", "dark"), new Opposites("loud", "quiet"),
            new Opposites("long", "short"), new Opposites("clean", "dirty"), new Opposites("near", "far"));

    private World() {}

    /** A noun with its article: {@code an owl}, {@code a red ball}. */
    static String a(String noun) {
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    /** {@code x, y and z}. */
    static String enumerate(List<String> items) {
        int last = items.size() - 1;
        return last < 1
                ? String.join("", items)
                : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
    }

    /** The more usual plural of a member of {@link #GROUPS} or of its kind. */
    static String plural(String noun) {
        if (noun.equals("clothes") || noun.equals("sheep"))
            return noun;
        if (noun.equals("mouse"))
            return "mice";
        if (noun.equals("wolf") || noun.equals("scarf"))
            return noun.substring(0, noun.length() - 1) + "ves";
        if (noun.endsWith("rry"))
            return noun.substring(0, noun.length() - 1) + "ies";
        boolean hissing = noun.endsWith("ch") || noun.endsWith("sh") || noun.endsWith("ss") || noun.endsWith("x");
        return noun + (hissing || noun.endsWith("potato") ? "es" : "s");
    }

    /** Every word of the animals that {@code of} names, for example all homes. */
    static Set<String> all(Function<WorldAnimal, String> of) {
        return ANIMALS.stream().map(of).collect(Collectors.toUnmodifiableSet());
    }

    private static Person he(String name) { return new Person(name, "he", "his", "him"); }

    private static Person she(String name) { return new Person(name, "she", "her", "her"); }
}
