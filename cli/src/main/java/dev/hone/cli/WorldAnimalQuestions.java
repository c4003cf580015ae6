package dev.hone.cli;

import dev.hone.cli.CorpusCheck.Affirms;
import dev.hone.cli.CorpusCheck.Names;
import dev.hone.cli.CorpusQuestion.Kind;
import dev.hone.text.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Questions about what the world's animals are like. */
final class WorldAnimalQuestions {
    /** Something that every animal has: how to ask for it, how to say it and which word of the answer counts. */
    private record Trait(Kind kind, List<String> wordings, String followUp, Function<WorldAnimal, String> sentence,
            Function<WorldAnimal, String> value) {

        CorpusCheck check(WorldAnimal animal) {
            String right = value.apply(animal);
            Set<String> wrong = new HashSet<>(without(World.all(value), right));
            wrong.addAll(without(World.all(WorldAnimal::name), animal.name())); // right of another animal is wrong here
            return new Names(Set.of(right), wrong);
        }
    }

    private static final List<Trait> TRAITS = List.of(
            new Trait(Kind.COLOUR, List.of("what colour is the %s?", "what is the colour of the %s?",
                    "tell me the colour of the %s.", "please tell me what colour the %s is.",
                    "do you know what colour the %s is?"), "And what colour is it?",
                    a -> "The " + a.name() + " is " + a.colour() + ".", WorldAnimal::colour),
            new Trait(Kind.HOME, List.of("where does the %s live?", "where is the home of the %s?",
                    "tell me where the %s lives.", "please tell me where I can find the %s.",
                    "do you know where the %s lives?"), "And where does it live?",
                    a -> "The " + a.name() + " lives " + a.home() + ".", WorldAnimal::place),
            new Trait(Kind.FOOD, List.of("what does the %s eat?", "what is the food of the %s?",
                    "tell me what the %s eats.", "please tell me what the %s likes to eat.",
                    "do you know what the %s eats?"), "And what does it eat?",
                    a -> "The " + a.name() + " eats " + a.food() + ".", WorldAnimal::food),
            new Trait(Kind.SOUND, List.of("what does the %s say?", "what is the sound of the %s?",
                    "tell me what the %s says.", "please tell me which sound the %s makes.",
                    "do you know what the %s says?"), "And what does it say?",
                    a -> "The " + a.name() + " says " + a.sound() + ".", WorldAnimal::sound),
            new Trait(Kind.LEGS, List.of("how many legs does the %s have?", "what is the number of legs of the %s?",
                    "tell me how many legs the %s has.", "please count the legs of the %s.",
                    "do you know how many legs the %s has?"), "And how many legs does it have?",
                    a -> "The " + a.name() + " has " + a.legsInWords() + " legs.", WorldAnimal::legsInWords));

    private WorldAnimalQuestions() {}

    static void addTo(CorpusCatalogue catalogue) {
        for (WorldAnimal animal : World.ANIMALS) {
            for (Trait trait : TRAITS) {
                catalogue.add(trait.kind(), animal.name(),
                        CorpusCatalogue.about(animal.name(), trait.wordings().toArray(String[]::new)),
                        trait.sentence().apply(animal), trait.check(animal));
            }
            addWho(catalogue, animal);
            addFollowUps(catalogue, animal);
            addTrueOrFalse(catalogue, animal);
            addBigger(catalogue, animal);
        }
    }

    private static void addWho(CorpusCatalogue catalogue, WorldAnimal animal) {
        addWho(catalogue, WorldAnimal::home, animal.home(), "lives");
        addWho(catalogue, WorldAnimal::sound, animal.sound(), "says");
        addWho(catalogue, WorldAnimal::food, animal.food(), "eats");
    }

    /** Which animal lives, says or eats so; any that does is right, and one of them is the reply. */
    private static void addWho(CorpusCatalogue catalogue, Function<WorldAnimal, String> of, String value, String verb) {
        Set<String> right = World.ANIMALS.stream().filter(a -> of.apply(a).equals(value)).map(WorldAnimal::name)
                .collect(Collectors.toUnmodifiableSet());
        Set<String> wrong = new HashSet<>(World.all(WorldAnimal::name));
        wrong.removeAll(right);
        String rest = verb + " " + value;
        String names = right.stream().sorted().collect(Collectors.joining("|", "[", "]"));
        catalogue.add(Kind.WHO, rest, CorpusCatalogue.about(rest, "who %s?", "which animal %s?",
                "tell me which animal %s.", "please name an animal that %s."), "The " + names + " " + rest + ".",
                new Names(right, wrong));
    }

    /** A second question about the same animal, which calls it only "it". */
    private static void addFollowUps(CorpusCatalogue catalogue, WorldAnimal animal) {
        for (Trait first : TRAITS) {
            for (Trait second : TRAITS) {
                if (first == second)
                    continue;
                List<Message> prompt = List.of(
                        Message.user(WorldGrammar.capital(first.wordings().getFirst().replace("%s", animal.name()))),
                        Message.assistant(first.sentence().apply(animal)), Message.user(second.followUp()));
                catalogue.add(new CorpusQuestion(Kind.FOLLOW_UP, animal.name() + " " + first.kind() + second.kind(),
                        prompt, random -> second.sentence().apply(animal), second.check(animal)));
            }
        }
    }

    private static void addTrueOrFalse(CorpusCatalogue catalogue, WorldAnimal animal) {
        Random random = new Random(animal.name().hashCode()); // a few false ones per animal, always the same
        for (WorldAnimal claimed : claims(animal, random)) {
            ask(catalogue, animal, claimed, TRAITS.get(0), "Is the %s " + claimed.colour() + "?");
            ask(catalogue, animal, claimed, TRAITS.get(1), "Does the %s live " + claimed.home() + "?");
            ask(catalogue, animal, claimed, TRAITS.get(2), "Does the %s eat " + claimed.food() + "?");
            ask(catalogue, animal, claimed, TRAITS.get(3), "Does the %s say " + claimed.sound() + "?");
            ask(catalogue, animal, claimed, TRAITS.get(4), "Does the %s have " + claimed.legsInWords() + " legs?");
        }
    }

    /** The animal itself and a few others whose traits it is asked for. */
    private static List<WorldAnimal> claims(WorldAnimal animal, Random random) {
        List<WorldAnimal> others = WorldStories.shuffled(World.ANIMALS, random).subList(0, 3);
        return others.contains(animal) ? others : List.of(animal, others.get(0), others.get(1));
    }

    private static void ask(CorpusCatalogue catalogue, WorldAnimal animal, WorldAnimal claimed, Trait trait,
            String wording) {
        String right = trait.value().apply(animal);
        boolean yes = right.equals(trait.value().apply(claimed));
        catalogue.add(Kind.TRUE_OR_FALSE, animal.name() + wording, CorpusCatalogue.about(animal.name(), wording),
                (yes ? "Yes, t" : "No, t") + trait.sentence().apply(animal).substring(1),
                new Affirms(yes, right, ((Names) trait.check(animal)).wrong()));
    }

    private static void addBigger(CorpusCatalogue catalogue, WorldAnimal animal) {
        for (WorldAnimal other : World.ANIMALS) {
            if (Math.abs(animal.size() - other.size()) < 2)
                continue;
            WorldAnimal big = animal.size() > other.size() ? animal : other;
            WorldAnimal small = big.equals(animal) ? other : animal;
            String pair = "the " + animal.name() + " or the " + other.name();
            catalogue.add(Kind.BIGGER, "bigger " + pair, List.of("Which is bigger, " + pair + "?"),
                    "The " + big.name() + " is bigger.",
                    new Names(Set.of(big.name()), Set.of(small.name(), "smaller")));
            catalogue.add(Kind.BIGGER, "smaller " + pair, List.of("Which is smaller, " + pair + "?"),
                    "The " + small.name() + " is smaller.",
                    new Names(Set.of(small.name()), Set.of(big.name(), "bigger")));
        }
    }

    static Set<String> without(Set<String> words, String word) {
        return words.stream().filter(w -> !w.equals(word)).collect(Collectors.toUnmodifiableSet());
    }
}
