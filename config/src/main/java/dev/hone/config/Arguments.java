package dev.hone.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A command line, split: an optional configuration file in front (or anywhere as {@code --config FILE}), then flags. A word that
 * begins with a dash is a flag unless it is a negative number; {@code --key=value} takes any value.
 */
final class Arguments {
    private static final Pattern NEGATIVE = Pattern.compile("-\\.?\\d.*", Pattern.DOTALL);
    private static final String FILE_KEY = "config";

    private final Keys keys;
    private final List<String> words;
    private final List<Raw> flags = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private int next;

    private Arguments(Keys keys, List<String> words) {
        this.keys = keys;
        this.words = words;
    }

    static Arguments split(Keys keys, List<String> words) {
        Arguments arguments = new Arguments(keys, words);
        if (!words.isEmpty() && !isFlag(words.getFirst())) {
            arguments.file(words.getFirst(), "first argument");
            arguments.next = 1;
        }
        while (arguments.next < words.size()) {
            arguments.one(words.get(arguments.next++));
        }
        return arguments;
    }

    List<Raw> flags() { return flags; }

    List<Problem> problems() { return problems; }

    Optional<Path> file() { return files.stream().findFirst(); }

    private static boolean isFlag(String word) {
        return word.startsWith("-") && word.length() > 1 && !NEGATIVE.matcher(word).matches();
    }

    private void one(String word) {
        int equals = word.indexOf('=');
        String written = equals < 0 ? word : word.substring(0, equals);
        if (!isFlag(word)) {
            problems.add(
                    new Problem(Show.shorten(word), "a stray argument", "a flag such as --key value", "command line",
                            "The configuration file comes first, before every flag; a flag takes one value."));
        } else if (!written.startsWith("--") || written.length() == 2) {
            problems.add(new Problem(Show.shorten(written), "an unknown flag", "a flag with two dashes and its name",
                    where(written), "Write --key value; a value that begins with a dash is written --key=-value."));
            values(Integer.MAX_VALUE);
        } else {
            flag(written, equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1)));
        }
    }

    /** The words after an unknown flag are taken for its values: one mistake, not several. */
    private void flag(String written, Optional<String> inline) {
        String name = written.substring(2).replace('-', '_');
        Optional<ValueType> type = keys.find(name).map(KeySpec::type);
        boolean file = type.isEmpty() && name.equals(FILE_KEY);
        int most = file ? 1 : type.map(ValueType::mostWords).orElse(Integer.MAX_VALUE);
        List<String> values = inline.map(List::of).orElseGet(() -> values(most));
        boolean alone = values.isEmpty() && type.map(each -> each instanceof ScalarTypes.Truth).orElse(false);
        if (values.isEmpty() && !alone && (file || type.isPresent())) {
            problems.add(new Problem(name, "no value", type.map(ValueType::expected).orElse("a path"), where(written),
                    "Write " + Show.shorten(written) + " and a value."));
        } else if (file) {
            file(values.getFirst(), where(written));
        } else {
            flags.add(new Raw(name, Value.loose(alone ? "true" : String.join(",", values)), where(written)));
        }
    }

    private static String where(String written) { return "flag " + Show.shorten(written); }

    private List<String> values(int most) {
        int from = next;
        while (next < words.size() && next - from < most && !isFlag(words.get(next))) {
            next++;
        }
        return words.subList(from, next);
    }

    private void file(String word, String where) {
        try {
            files.add(Path.of(word));
            if (word.isEmpty() || files.size() > 1) {
                problems.add(
                        new Problem(FILE_KEY, word.isEmpty() ? "an empty text" : files.size() + " configuration files",
                                "one configuration file", where, "Keep one of them."));
            }
        } catch (InvalidPathException wrong) {
            problems.add(new Problem(FILE_KEY, Show.quoted(word), "a path", where, "Name a YAML or JSON file."));
        }
    }
}
