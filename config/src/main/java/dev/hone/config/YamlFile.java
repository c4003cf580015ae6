package dev.hone.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The keys of a YAML 1.2 or JSON file with their lines. It is composed, not bound: so every key keeps its line and duplicates are
 * seen. Aliases are refused (a flat file needs none, and a few lines of them expand without bound), and so is deep nesting.
 */
final class YamlFile {
    private static final int MOST_BYTES = 1 << 20;
    private static final int DEEPEST = 32;

    private final String label;
    private final LoadSettings settings;

    private YamlFile(Path file) {
        label = Show.clean(file.toString());
        settings = LoadSettings.builder().setSchema(new CoreSchema()).setAllowNonScalarKeys(true)
                .setCodePointLimit(MOST_BYTES).setLabel(label).build();
    }

    /** @throws ConfigException if the file cannot be read as one flat YAML section */
    static List<Raw> read(Path file) {
        YamlFile yaml = new YamlFile(file);
        return yaml.root(file).map(yaml::pairs).orElse(List.of());
    }

    /**
     * A file of which one key holds a list of sections.
     *
     * @param top every other key
     * @param sections the keys of each
     * @param places where each section begins
     */
    record Staged(List<Raw> top, List<List<Raw>> sections, List<String> places) {}

    /** @throws ConfigException if the file cannot be read so */
    static Staged staged(Path file, String list) {
        YamlFile yaml = new YamlFile(file);
        Node root = yaml.root(file).orElseThrow(() -> refuse("an empty file", "a list under " + list + ":",
                yaml.label, ""));
        List<Raw> top = yaml.pairs(root).stream().filter(raw -> !raw.name().equals(list)).toList();
        List<Node> lists = ((MappingNode) root).getValue().stream()
                .filter(pair -> pair.getKeyNode() instanceof ScalarNode key && key.getValue().equals(list))
                .map(NodeTuple::getValueNode).toList();
        if (lists.size() != 1 || !(lists.getFirst() instanceof SequenceNode items) || items.getValue().isEmpty()) {
            throw refuse(lists.size() == 1 ? value(lists.getFirst()).shown() : lists.size() + " keys " + list,
                    "one key " + list + ": with a list, each of its items begun by a dash", yaml.label, "");
        }
        return new Staged(top, items.getValue().stream().map(yaml::pairs).toList(),
                items.getValue().stream().map(item -> yaml.place(item.getStartMark())).toList());
    }

    private Optional<Node> root(Path file) {
        String text = text(file);
        // JSON may be indented with tabs, which YAML forbids; inside JSON's quotes a tab cannot stand.
        String yaml = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
        try {
            checkEvents(yaml);
            return new Compose(settings).composeString(yaml);
        } catch (MarkedYamlEngineException wrong) {
            throw refuse(notYaml(wrong.getProblem()), "YAML or JSON with a key and its value on each line",
                    place(wrong.getProblemMark()),
                    "Correct this line.");
        } catch (YamlEngineException wrong) {
            throw refuse(notYaml(String.valueOf(wrong.getMessage())), "YAML or JSON text", label, "Correct the file.");
        }
    }

    private static String notYaml(String words) { return "text that is not YAML (" + Show.shorten(words) + ")"; }

    private String text(Path file) {
        if (Files.isDirectory(file)) {
            throw refuse("a folder", "a YAML or JSON file", label, "Name the file inside it.");
        }
        if (!Files.exists(file)) {
            throw refuse("no such file", "a YAML or JSON file", label,
                    "Check the path; a configuration file is optional.");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw refuse("more than " + (MOST_BYTES >> 20) + " MiB", "a small YAML or JSON file", label,
                        "Check that this is a configuration file; data belongs to its own key.");
            }
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException wrong) {
            throw refuse("bytes that are not UTF-8", "UTF-8 text", label, "Save the file as UTF-8.");
        } catch (IOException wrong) {
            throw refuse("a file that cannot be read (" + wrong.getClass().getSimpleName() + ")", "a readable file",
                    label,
                    "Check its permissions.");
        }
    }

    /** The parser gives events without recursion; composing nests on the stack, so depth is checked before. */
    private void checkEvents(String yaml) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(yaml)) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > DEEPEST) {
                throw refuse("more than " + DEEPEST + " nested levels", "flat keys", place(event.getStartMark()),
                        "Write every key at the top level.");
            }
            if (event instanceof AliasEvent alias) {
                throw refuse("the alias *" + Show.shorten(alias.getAlias().toString()), "plain values",
                        place(event.getStartMark()), "Write the value itself.");
            }
        }
    }

    private List<Raw> pairs(Node root) {
        if (root instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL)) {
            return List.of();
        }
        if (!(root instanceof MappingNode mapping)) {
            throw refuse(value(root).shown(), "keys with values, such as learning_rate: 1e-5",
                    place(root.getStartMark()),
                    "Write one key: value on each line.");
        }
        List<Raw> pairs = new ArrayList<>();
        for (NodeTuple pair : mapping.getValue()) {
            Node key = pair.getKeyNode();
            pairs.add(new Raw(key instanceof ScalarNode scalar ? scalar.getValue() : value(key).shown(),
                    value(pair.getValueNode()), place(key.getStartMark())));
        }
        return pairs;
    }

    private static Value value(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode list -> new Value.Items(list.getValue().stream().map(YamlFile::value).toList());
            case MappingNode mapping -> {
                Map<String, Value> entries = new LinkedHashMap<>();
                for (NodeTuple pair : mapping.getValue()) {
                    String name = pair.getKeyNode() instanceof ScalarNode key
                            ? key.getValue()
                            : value(pair.getKeyNode()).shown();
                    Value former = entries.put(name, value(pair.getValueNode()));
                    if (former != null) {
                        entries.put(name, new Value.Foreign("given twice"));
                    }
                }
                yield new Value.Entries(entries);
            }
            default -> new Value.Foreign(node.getNodeType().toString());
        };
    }

    private static Value scalar(ScalarNode scalar) {
        Tag tag = scalar.getTag();
        String text = scalar.getValue();
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return new Value.Scalar(Value.Kind.NUMBER, text);
        } else if (tag.equals(Tag.BOOL)) {
            return new Value.Scalar(Value.Kind.TRUTH, text);
        } else if (tag.equals(Tag.NULL)) {
            return new Value.Nothing();
        }
        boolean plain = tag.equals(Tag.STR) || tag.equals(Tag.ENV_TAG) || tag.equals(Tag.MERGE);
        return plain
                ? new Value.Scalar(Value.Kind.TEXT, text)
                : new Value.Foreign("a value with the tag " + tag.getValue());
    }

    private String place(Optional<Mark> mark) {
        return mark.map(each -> label + ":" + (each.getLine() + 1)).orElse(label);
    }

    private static ConfigException refuse(String found, String expected, String where, String advice) {
        return new ConfigException(new Problem("config", found, expected, where, advice));
    }
}
