package dev.hone.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Reads prompts from data files, whatever else their rows hold: a text or turns in the column that is named, else in the first
 * of {@code prompt}, {@code messages}, {@code conversations}, {@code question}, {@code instruction}, {@code query} and
 * {@code text} that the first row has. Replies at the end of turns are left out; they are what the policy shall write.
 */
public final class PromptReader {
    private static final List<String> KNOWN = List.of("prompt", "messages", "conversations", "question", "instruction",
            "query", "text");

    private final String column;
    private final DialogueFormat format;
    private final boolean skipBadRows;
    private final List<Prompt> prompts = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    /**
     * @param column with prompts; empty = found from the first row
     * @param format how turns are marked inside of texts
     * @param skipBadRows whether a row without a prompt is left out
     */
    public PromptReader(String column, DialogueFormat format, boolean skipBadRows) {
        this.column = column;
        this.format = format;
        this.skipBadRows = skipBadRows;
    }

    /**
     * The prompts of files, folders and globs, in this order.
     *
     * @throws DataException if an input does not exist, a file is damaged, a row has no prompt (with its file, line and
     *     field), or none is left
     */
    public List<Prompt> read(List<String> inputs) {
        for (Path file : DataFiles.find(inputs)) {
            try (RowReader rows = DataFiles.open(file, DataKind.DEMONSTRATIONS)) {
                boolean more = true;
                while (more) {
                    more = next(rows);
                }
            }
        }
        if (prompts.isEmpty()) {
            throw new DataException(inputs + " held no prompt"
                    + (skipped.isEmpty() ? ": expected at least one row" : "; the first: " + skipped.getFirst()));
        }
        return List.copyOf(prompts);
    }

    /** How many rows were left out. */
    public int skipped() { return skipped.size(); }

    private boolean next(RowReader rows) {
        try {
            Optional<Row> row = rows.next();
            row.map(this::prompt).ifPresent(prompts::add);
            return row.isPresent();
        } catch (BadRowException e) {
            if (!skipBadRows) {
                throw e;
            }
            skipped.add(String.valueOf(e.getMessage()));
            return true;
        }
    }

    private Prompt prompt(Row row) {
        String field = column.isEmpty() ? detected(row) : column;
        List<Message> messages = new ArrayList<>(messages(row, field));
        while (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) {
            messages.removeLast();
        }
        if (messages.isEmpty() || messages.stream().allMatch(turn -> turn.content().isBlank())) {
            throw row.bad(field, "no turn in which something is said before the reply, expected one to answer");
        }
        Map<String, String> others = new TreeMap<>();
        row.fields().properties().stream()
                .filter(entry -> !entry.getKey().equals(field) && !entry.getValue().isNull())
                .forEach(entry -> others.put(entry.getKey(), text(entry.getValue())));
        List<Object> tools = row.fields().hasNonNull("tools") ? new Tools(row, "tools").read() : List.of();
        return new Prompt(new Conversation(messages, tools), others, row.origin());
    }

    private static String detected(Row row) {
        return KNOWN.stream().filter(row.fields()::hasNonNull).findFirst()
                .orElseThrow(() -> row.bad("prompt", "it is missing; the row has "
                        + String.join(", ", row.fields().propertyNames())
                        + ". Name the column of the prompts with prompt_field"));
    }

    private List<Message> messages(Row row, String field) {
        JsonNode value = row.required(field);
        if (Turns.looksLikeTurns(value)) {
            return withSystem(row, new Turns(row, field).read());
        }
        String text = row.text(field);
        if (format != DialogueFormat.NONE) {
            return format.split(text).orElseThrow(() -> row.bad(field,
                    "found no turns in it, expected text that begins with " + format.marks()));
        }
        String input = field.equals("instruction") ? row.optionalText("input") : "";
        return withSystem(row, List.of(Message.user(input.isBlank() ? text : text + "\n\n" + input)));
    }

    private static List<Message> withSystem(Row row, List<Message> messages) {
        String system = row.optionalText("system");
        return system.isBlank() || messages.getFirst().role() == Role.SYSTEM
                ? messages
                : Stream.concat(Stream.of(Message.system(system)), messages.stream()).toList();
    }

    private static String text(JsonNode value) { return value.isString() ? value.stringValue() : value.toString(); }
}
