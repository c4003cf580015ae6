package dev.hone.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Short stories of the world's animals. A story takes a plot, a hero, a friend and a treasure, and every sentence of a plot
 * has several wordings, so that no two stories need be alike.
 */
final class WorldStories {
    /** Plots about a thing, usable for a story that was asked for by hero and thing. */
    private static final List<String> THING_PLOTS = List.of("""
            {open}
            {N} had {a_toy} and [loved it very much|played with it every day|took it everywhere].
            One {nice} {time} the {toy} was gone. [{N} was sad.|"Where is my {toy}?" cried {N}.]
            Then {M} the {friend} came by. "[Do not worry|Do not be sad], {N}. I will help you," said {M}.
            They looked {where} and they looked {there}.
            At last {M} saw the {tone} {toy} {spot}.
            "Thank you, {M}," said {N}. {end}
            """, """
            {open}
            One {nice} {time} {N} found {a_toy} {spot}. "[What a lovely {toy}|I like this {toy}]!" said {N}.
            Then {M} the {friend} came by. "[That is my {tone} {toy}|I have lost my {tone} {toy}]," said {M}.
            [{N} wanted to keep the {toy}, but {he} gave it back.|{N} gave the {toy} back at once.]
            "[Thank you|You are kind], {N}," said {M}. "[Come and play|Let us play]." {end}
            """, """
            {open}
            It was the birthday of {M} the {friend}. {N} wanted to give {m_him} a present.
            So {N} went to the shop and [bought|chose] {a_toy}. [It cost {n} coins.|It was just right.|]
            "Happy birthday, {M}!" [said|called] {N}. "[This is for you|Look what I have]."
            "[I love {tone}|{Tone} is my favourite colour]," said {M}. "[What a lovely {toy}|This is a lovely {toy}]!"
            [They ate cake and sang songs.|They all had a piece of cake.] {end}
            """, """
            {open}
            One {nice} {time} {N} was playing with {a_toy} {where}.
            [A strong wind came and took the {toy} away.|{N} threw the {toy} too high.] Now it was up in a tree.
            "[Help!|Please help me!|Who can help me?]" called {N}.
            {M} the {friend} came [fast|at once]. "[I will help you|We can do it together]," said {M}.
            [They shook the tree.|They took a long stick.] Down came the {tone} {toy}! {end}
            """, """
            {open}
            {M} the {friend} had {a_toy}. {N} wanted to play with it.
            "Yes, but be careful," said {M}. But {N} [ran too fast and fell|was not careful]. The {toy} broke.
            [{N} felt very bad.|At first {N} said nothing.|]
            Then {he} said, "[I am sorry|I am so sorry], {M}. I broke your {tone} {toy}."
            "[We can mend it|Let us mend it together]," said {M}.
            Soon the {toy} was as good as new. {end}
            """,
            """
                    {open}
                    {N} had {a_toy}. "It is {tone}, and it is mine," said {N}. "[My {toy} is the best|Nobody may play with it]."
                    {M} the {friend} said nothing and went home. Now {N} was alone.
                    "It is no fun to play alone," said {N}. So {he} [ran|walked] to {M} and said, "[I am sorry|I was not kind]. Let us share the {tone} {toy}."
                    {M} [smiled|was glad]. {end}
                    """);

    /** Plots without a thing. */
    private static final List<String> OTHER_PLOTS = List.of("""
            {open}
            One {nice} {time} {N} found [some|a lot of] {food}.
            Then {M} the {friend} came by. "I have had nothing to eat [today|all day]," said {M}.
            "[Sit down and eat with me|You can have half]," said {N}.
            "I like {friendFood} more, but this is good too," said {M}. {end}
            """, """
            {open}
            {N} was afraid of the [dark|storm|night]. [Every night {he} hid under the bed.|{He} could not sleep.]
            One night {M} the {friend} came. "[Come with me|Take my hand]," said {M}. They went out and looked up.
            There were many stars. "[Count them|Let us count them]," said {M}.
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10," said {N}, and then {he} was not afraid any more. {end}
            """,
            """
                    {open}
                    {M} the {friend} said, "[I am fast|I am faster than you], {N}. Let us run to the {friendPlace}."
                    But then {M} fell and hurt {m_his} foot. {N} was first, but {he} [stopped|turned back].
                    "I will carry you," said {N}. So they came to the {friendPlace} at the same time. "We both won," said {M}. {end}
                    """,
            """
                    {open}
                    {N} could not [swim|sing|dance|whistle]. "It is too hard," said {N}.
                    "[Try again every day|You must try]," said {M} the {friend}.
                    On {day} {N} tried, and it was bad. On {dayAfter} {he} tried again, and it was better.
                    One {nice} {time} {he} could do it! {end}
                    """,
            """
                    {open}
                    One {nice} {time} {N} met {M} the {friend}. "[Hello|Good morning]," said {N}. "I am {a_animal}. I say {sound}."
                    "Hello," said {M}. "I am {a_friend}. I say {friendSound}."
                    "{Sound}! {FriendSound}!" they said together, and they had to laugh. {end}
                    """,
            """
                    {open}
                    {N} and {M} the {friend} went on a [walk|trip]. They took {someFruits} with them.
                    [First|In the morning] they went over the hill, and [then|at noon] they sat down {where}.
                    They had {n} {fruits}, and they ate them all. {end}
                    """);

    private static final String OPEN = """
            [Once upon a time there was {kind} {colour} {animal} named {N}. {He} lived {home}.\
            |There was once {kind} {colour} {animal} called {N}, who lived {home}.\
            |{N} was {kind} {colour} {animal}. {He} lived {home}.\
            |{N} the {animal} lived {home} and ate {food}.\
            |{Home} lived {kind} {animal}. {His} name was {N}.]""";

    private static final String END = "[From that day on they were best friends.|They played until the sun went down."
            + "|And they were happy all day long.|It was a good day."
            + "|Then they went home, tired and happy.]";

    private static final Map<String, String> SHARED = Map.ofEntries(Map.entry("open", OPEN), Map.entry("end", END),
            Map.entry("kind", "a [little|kind|clever|funny]"),
            Map.entry("nice", "[sunny|warm|cold|fine]"),
            Map.entry("time", "[morning|day|evening]"),
            Map.entry("spot",
                    "[under a bush|behind a rock|in the grass|near the well]"),
            Map.entry("where", "[in the garden|by the river|under a tree|on the hill]"),
            Map.entry("there", "[in the barn|on the beach|by the mill|at the bridge]"),
            Map.entry("n", "[3|4|5|6|7|8|9]"));

    private WorldStories() {}

    /** A story about anything. */
    static String any(Random random) {
        boolean thing = random.nextInt(10) < 6;
        WorldAnimal hero = pick(World.ANIMALS, random);
        return tell(pick(thing ? THING_PLOTS : OTHER_PLOTS, random), hero, pick(World.COLOURS, random),
                pick(World.TREASURES, random), random);
    }

    /** A story about a hero and a thing of a colour. */
    static String about(WorldAnimal hero, String colour, String thing, Random random) {
        return tell(pick(THING_PLOTS, random), hero, colour, thing, random);
    }

    private static String tell(String plot, WorldAnimal hero, String colour, String thing, Random random) {
        Map<String, String> slots = new HashMap<>(SHARED);
        slots.put("a_toy", World.a(colour + " " + thing));
        slots.put("tone", colour);
        slots.put("toy", thing);
        WorldAnimal friend = pick(World.ANIMALS.stream().filter(animal -> !animal.equals(hero)).toList(), random);
        animals(slots, hero, friend);
        people(slots, hero, friend, random);
        int day = random.nextInt(7);
        slots.put("day", World.DAYS.get(day));
        slots.put("dayAfter", World.DAYS.get((day + 1) % 7));
        List<String> fruits = shuffled(World.FRUITS, random);
        slots.put("fruits", World.plural(fruits.get(0)));
        slots.put("someFruits", World.enumerate(fruits.subList(0, 3).stream().map(World::plural).toList()));
        return WorldGrammar.expand(plot, slots, random);
    }

    private static void animals(Map<String, String> slots, WorldAnimal hero, WorldAnimal friend) {
        slots.put("animal", hero.name());
        slots.put("a_animal", World.a(hero.name()));
        slots.put("colour", hero.colour());
        slots.put("home", hero.home());
        slots.put("food", hero.food());
        slots.put("sound", hero.sound());
        slots.put("friend", friend.name());
        slots.put("a_friend", World.a(friend.name()));
        slots.put("friendFood", friend.food());
        slots.put("friendSound", friend.sound());
        slots.put("friendPlace", friend.place());
    }

    private static void people(Map<String, String> slots, WorldAnimal hero, WorldAnimal friend, Random random) {
        List<World.Person> people = shuffled(World.PEOPLE, random);
        World.Person one = takeNamed(people, hero);
        slots.put("N", one.name());
        slots.put("he", one.he());
        slots.put("his", one.his());
        slots.put("him", one.him());
        World.Person other = takeNamed(people, friend);
        slots.put("M", other.name());
        slots.put("m_he", other.he());
        slots.put("m_his", other.his());
        slots.put("m_him", other.him());
    }

    /** Takes the first name that suits an animal off the list: a hen is no Tom. */
    private static World.Person takeNamed(List<World.Person> people, WorldAnimal animal) {
        boolean female = animal.name().equals("hen") || animal.name().equals("cow");
        World.Person person = people.stream().filter(p -> !female || p.he().equals("she")).findFirst().orElseThrow();
        people.remove(person);
        return person;
    }

    static <T> T pick(List<T> items, Random random) { return items.get(random.nextInt(items.size())); }

    static <T> List<T> shuffled(List<T> items, Random random) {
        List<T> copy = new ArrayList<>(items);
        Collections.shuffle(copy, random);
        return copy;
    }
}
