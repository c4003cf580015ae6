package dev.hone.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names that may stand in one module only: a model family's in {@code model}, an algorithm's nowhere in {@code train}. */
class NamesTest {
    private static final Pattern FAMILY = Pattern.compile(
            "(?i)(?<![a-z])(llama|mistral|mixtral|qwen|gpt-?2|gpt_?neox|gemma|phi-?\\d|falcon|opt-\\d|bloom|deepseek)");
    /** Sources that may name a family, and why. */
    private static final Map<String, String> EXCEPTIONS = Map.of("QuickstartFiles.java",
            "it writes the config.json of a fresh model, and such a file has to say what family the model is");
    private static final Pattern ALGORITHM = Pattern.compile(
            "(?i)(sft|dpo|ipo|kto|orpo|cpo|simpo|ppo|rloo|grpo|reinforce|raft|gkd|nash_md|xpo)");

    @Test
    void noFamilyOutsideOfModel() {
        List<ParsedSource> sources = ParsedSource.parse(Project.MODULES.stream()
                .filter(module -> !module.equals("model")).map(Project::sources).flatMap(List::stream)
                .filter(file -> !EXCEPTIONS.containsKey(file.getFileName().toString())).toList());
        assertThat(found(sources, FAMILY, source -> Stream.concat(source.strings().stream(),
                source.declared().stream()))).isEmpty();
    }

    @Test
    void theRuleFindsFamilies() {
        List<ParsedSource> model = ParsedSource.parse(Project.sources("model"));
        assertThat(found(model, FAMILY, source -> source.strings().stream())).isNotEmpty();
    }

    /** A text that is an algorithm's name and nothing else is there to be compared with. */
    @Test
    void theTrainerAsksForNoAlgorithm() {
        List<String> names = ParsedSource.parse(Project.sources("train")).stream()
                .flatMap(source -> source.strings().stream().filter(text -> ALGORITHM.matcher(text).matches())
                        .map(text -> Project.name(source.file()) + ": \"" + text + "\""))
                .toList();
        assertThat(names).isEmpty();
    }

    private static List<String> found(List<ParsedSource> sources, Pattern pattern,
            Function<ParsedSource, Stream<String>> words) {
        return sources.stream().flatMap(source -> words.apply(source).filter(word -> pattern.matcher(word).find())
                .map(word -> Project.name(source.file()) + ": " + word)).toList();
    }
}
