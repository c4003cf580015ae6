package dev.hone.cli;

import dev.hone.cli.CorpusCheck.Repeats;
import dev.hone.cli.CorpusCheck.Tells;
import dev.hone.cli.CorpusQuestion.Kind;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What the assistant is asked to do rather than to know: tell a story, repeat a saying, be polite. */
final class WorldTasks {
    private static final int SAYINGS = 900;

    private static final List<String> STORY_WORDINGS = List.of("Write a story about %s and %s.",
            "Tell me a story about %s and %s.", "Please write a story about %s and %s.",
            "Can you tell me a story about %s and %s?");

    private static final List<String> REPEAT_WORDINGS = List.of("Repeat after me: %s.", "Please repeat: %s.",
            "Say this again: %s.", "Please say: %s.");

    private WorldTasks() {}

    static void addTo(CorpusCatalogue catalogue) {
        addStories(catalogue);
        addRepeats(catalogue);
        addChat(catalogue);
    }

    private static void addStories(CorpusCatalogue catalogue) {
        Random wordings = new Random(1); // one wording for each story, always the same
        for (WorldAnimal hero : World.ANIMALS) {
            for (String colour : World.COLOURS) {
                for (String thing : World.TREASURES) {
                    String treasure = World.a(colour + " " + thing);
                    String prompt = WorldStories.pick(STORY_WORDINGS, wordings).formatted(World.a(hero.name()),
                            treasure);
                    catalogue.add(Kind.STORY, prompt, List.of(prompt),
                            random -> WorldStories.about(hero, colour, thing, random),
                            new Tells(Set.of(hero.name(), colour, thing)));
                }
            }
        }
    }

    private static void addRepeats(CorpusCatalogue catalogue) {
        Random wordings = new Random(2);
        for (String phrase : WorldPhrases.some(SAYINGS)) {
            String prompt = WorldStories.pick(REPEAT_WORDINGS, wordings).formatted(phrase);
            catalogue.add(Kind.REPEAT, prompt, List.of(prompt), phrase + ".", new Repeats(phrase));
        }
    }

    private static void addChat(CorpusCatalogue catalogue) {
        String welcome = "[Hello!|Hello, nice to meet you!] [How can I help you?|What would you like to know?]";
        chat(catalogue, welcome, "Hello!", "Hello", "Hi!", "Hi", "Good morning!", "Good evening!", "Hey!");
        chat(catalogue, "I am Hone, a small assistant. I know animals, numbers and stories.", "Who are you?",
                "What are you?", "What is your name?", "Tell me who you are.", "Please tell me your name.");
        chat(catalogue, "I can answer questions about animals, do small sums and tell stories.", "What can you do?",
                "How can you help me?", "Can you help me?", "Help me, please.");
        chat(catalogue, "I am very well, thank you. [How can I help you?|And how are you?]", "How are you?",
                "How are you today?", "Are you well?");
        chat(catalogue, "[You are welcome!|You are welcome. Have a nice day!]", "Thank you!", "Thank you.", "Thanks!",
                "Thank you very much!", "That was good, thank you.");
        chat(catalogue, "Goodbye! [Have a nice day.|See you soon.]", "Goodbye!", "Bye!", "Bye", "Good night!",
                "See you soon!", "I have to go now.");
    }

    private static void chat(CorpusCatalogue catalogue, String reply, String... prompts) {
        catalogue.add(Kind.CHAT, prompts[0], List.of(prompts), reply, new Tells(Set.of()));
    }
}
