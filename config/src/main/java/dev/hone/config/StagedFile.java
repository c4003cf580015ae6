package dev.hone.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A YAML file with several configurations in their order: keys at the top, which all share, and a list of sections, each with
 * keys of its own. What the keys mean is decided when a {@link ConfigReader} binds a section.
 *
 * @param shared the keys at the top
 * @param sections in their order, at least one
 */
public record StagedFile(Section shared, List<Section> sections) {
    public StagedFile {
        sections = List.copyOf(sections);
    }

    /**
     * Reads a file.
     *
     * @param list the key that holds the list
     * @throws ConfigException if it is no such file
     */
    public static StagedFile read(Path file, String list) {
        YamlFile.Staged staged = YamlFile.staged(file, list);
        return new StagedFile(new Section(staged.top(), Show.clean(file.toString())),
                IntStream.range(0, staged.sections().size())
                        .mapToObj(i -> new Section(staged.sections().get(i), staged.places().get(i))).toList());
    }

    /** Keys with their values and lines. */
    public static final class Section {
        private final List<Raw> raws;
        private final String place;

        private Section(List<Raw> raws, String place) {
            this.raws = List.copyOf(raws);
            this.place = place;
        }

        List<Raw> raws() { return raws; }

        /** File and line where it begins. */
        public String place() { return place; }

        /** The names of its keys, as written. */
        public List<String> keys() {
            return raws.stream().map(Raw::name).toList();
        }

        /** What a key holds, where that is one word or text or number. */
        public Optional<String> text(String key) {
            return find(key).map(Raw::value)
                    .flatMap(value -> value instanceof Value.Scalar scalar
                            ? Optional.of(scalar.text())
                            : Optional.empty());
        }

        /** What a key holds as one text, or as a list of them. */
        public List<String> texts(String key) {
            Value value = find(key).map(Raw::value).orElseGet(Value.Nothing::new);
            List<Value> values = value instanceof Value.Items(List<Value> items) ? items : List.of(value);
            return values.stream().filter(Value.Scalar.class::isInstance).map(each -> ((Value.Scalar) each).text())
                    .toList();
        }

        private Optional<Raw> find(String key) {
            return raws.stream().filter(raw -> raw.name().equals(key)).findFirst();
        }

        /** Without some keys. */
        public Section without(String... keys) {
            List<String> left = List.of(keys);
            return new Section(raws.stream().filter(raw -> !left.contains(raw.name())).toList(), place);
        }

        /** With another value for a key, which keeps its line; a new key stands where the section begins. */
        public Section with(String key, String value) {
            Raw raw = new Raw(key, Value.loose(value), find(key).map(Raw::where).orElse(place));
            List<Raw> all = new ArrayList<>(without(key).raws);
            all.add(raw);
            return new Section(all, place);
        }

        /** A mistake about a key of it, or about a key that it lacks. */
        public Problem problem(String key, String expected, String advice) {
            Optional<Raw> raw = find(key);
            return new Problem(key, raw.map(found -> found.value().shown()).orElse("nothing"), expected,
                    raw.map(Raw::where).orElse(place), advice);
        }
    }
}
