package dev.hone.architecture;

import com.sun.source.doctree.DocCommentTree;
import dev.hone.config.MarkdownTable;
import dev.hone.config.SettingGroup;
import dev.hone.objective.Need;
import dev.hone.objective.Objectives;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page of one objective, made of its record, the Javadoc beside it and what it reports. */
final class ObjectivePage {
    static final String BORDER = "<!-- Above: made from the code. Below: written by hand, and kept. -->\n";
    private static final String SOURCES = "objective/src/main/java/dev/hone/objective/";
    private static final String TESTS = "objective/src/test/java/dev/hone/objective/";
    private static final String CHOICES = "Choices where sources differ:";
    private static final Pattern CHOICE = Pattern.compile(";\\s+(?![^(]*\\))");
    private final Objectives.Entry entry;

    ObjectivePage(Objectives.Entry entry) { this.entry = entry; }

    static String title(Objectives.Entry entry) { return title(entry.type()); }

    private static String title(Class<?> type) {
        String group = type.getAnnotation(SettingGroup.class).value().replaceFirst("^Objective: ", "");
        return group.substring(0, 1).toUpperCase(Locale.ROOT) + group.substring(1);
    }

    /** The part that is made, up to the border. */
    String text() {
        return "# " + title(entry) + "\n\n`" + entry.name() + "`: " + entry.summary() + ". The code is "
                + source(entry.type().getSimpleName(), entry.type().getSimpleName() + ".java") + ".\n\n" + explanation()
                + settings() + reads() + metrics()
                + checks() + "\n" + BORDER;
    }

    private String explanation() {
        List<String> paragraphs = new ArrayList<>();
        for (String paragraph : DocMarkdown.body(comment(entry.type(), ""), this::link).split("\n\n(?!\n)")) {
            paragraphs.add(paragraph.startsWith(CHOICES) ? choices(paragraph) : paragraph);
        }
        return String.join("\n\n", paragraphs) + "\n";
    }

    private static String choices(String paragraph) {
        String rest = paragraph.substring(CHOICES.length()).strip();
        String list = rest.isEmpty() || rest.startsWith("* ")
                ? rest
                : CHOICE.splitAsStream(rest).map(one -> "* " + one).collect(Collectors.joining(";\n"));
        return "## Choices where sources differ" + (list.isEmpty() ? "" : "\n\n" + list);
    }

    private String settings() {
        StringBuilder text = new StringBuilder("\n## Settings\n\n").append(settings(entry.type()));
        for (Class<? extends Record> type : entry.beside()) {
            text.append("\n## ").append(title(type)).append("\n\n")
                    .append(DocMarkdown.body(comment(type, ""), this::link)).append("\n\n").append(settings(type));
        }
        return text.toString();
    }

    private String settings(Class<? extends Record> record) {
        RecordComponent[] components = record.getRecordComponents();
        StringBuilder text = new StringBuilder(components.length == 0 ? "None.\n" : MarkdownTable.of(record));
        for (RecordComponent component : components) {
            Class<?> type = element(component.getGenericType());
            if (type.isEnum()) {
                String key = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
                text.append("\n### Values of ").append(key).append("\n\n").append(values(type));
            }
        }
        return text.toString();
    }

    private String values(Class<?> type) {
        StringBuilder text = new StringBuilder();
        if (!type.isMemberClass()) {
            text.append(DocMarkdown.body(comment(type, ""), this::link)).append("\n\n");
        }
        text.append("| value | meaning |\n|---|---|\n");
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            text.append("| `").append(name.toLowerCase(Locale.ROOT)).append("` | ")
                    .append(DocMarkdown.body(comment(type, "." + name), this::link).replace("|", "\\|")).append(" |\n");
        }
        return text.toString();
    }

    /** What the objective is computed from, as one sentence. */
    String signals() {
        return DocMarkdown.first(comment(ObjectiveMetrics.signals(entry.type()), ""), this::link);
    }

    private String reads() {
        Class<?> signals = ObjectiveMetrics.signals(entry.type());
        StringBuilder text = new StringBuilder("\n## What it reads\n\n")
                .append(source(signals.getSimpleName(), signals.getSimpleName()))
                .append(": ").append(signals()).append('\n');
        List<Need> needs = entry.make().needs().stream().sorted().toList();
        if (!needs.isEmpty()) {
            text.append("\nWith its defaults it needs, beyond that:\n\n");
        }
        for (Need need : needs) {
            text.append("* `").append(need).append("`: ")
                    .append(DocMarkdown.body(comment(Need.class, "." + need.name()), this::link)).append('\n');
        }
        return text.toString();
    }

    private String metrics() {
        List<String> names = ObjectiveMetrics.of(entry.make());
        return names.isEmpty()
                ? ""
                : "\n## What it reports\n\nWith its defaults, beside the loss: "
                        + names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")) + ".\n";
    }

    private String checks() {
        Pattern named = Pattern.compile("\\bnew " + entry.type().getSimpleName() + "\\b|\\b"
                + entry.type().getSimpleName() + "\\.class\\b|\"" + entry.name() + "\"");
        StringBuilder text = new StringBuilder("\n## How it is checked\n\n");
        for (Path test : Project.files(Project.root().resolve(TESTS), "Test.java")) {
            String name = test.getFileName().toString().replace(".java", "");
            if (name.equals("ObjectivesTest") || named.matcher(Project.read(test)).find()) {
                text.append("* [").append(name).append("](../../").append(Project.name(test)).append(")").append(
                        SourceDocs.of(test).find(name).map(doc -> ": " + DocMarkdown.body(doc, this::link)).orElse(""))
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** Markdown for what a link tag names: another objective's page, a source of the module, or the name alone. */
    private String link(String signature) {
        String name = signature.replaceFirst("#.*", "");
        Optional<String> page = Objectives.all().stream()
                .filter(other -> other.type() != entry.type() && other.type().getSimpleName().equals(name))
                .map(other -> "[" + name + "](" + other.name() + ".md)").findFirst();
        return page.orElseGet(() -> Files.exists(Project.root().resolve(SOURCES + name + ".java"))
                ? source(name, name)
                : "`" + signature.replace('#', '.') + "`");
    }

    private static String source(String type, String label) {
        return "[" + label + "](../../" + SOURCES + type + ".java)";
    }

    private static DocCommentTree comment(Class<?> type, String member) {
        Class<?> outer = type;
        while (outer.isMemberClass()) {
            outer = outer.getEnclosingClass();
        }
        String name = type.getName().substring(type.getPackageName().length() + 1).replace('$', '.') + member;
        Path file = Project.root().resolve(SOURCES + outer.getSimpleName() + ".java");
        return SourceDocs.of(file).find(name)
                .orElseThrow(() -> new IllegalArgumentException(name + " has no Javadoc in " + Project.name(file)));
    }

    private static Class<?> element(Type type) {
        return type instanceof ParameterizedType generic
                ? element(generic.getActualTypeArguments()[0])
                : (Class<?>) type;
    }

    /** What it needs beyond the signals themselves, with its defaults. */
    String needs() {
        return entry.make().needs().stream().sorted().map(need -> "`" + need + "`").collect(Collectors.joining(", "));
    }
}
