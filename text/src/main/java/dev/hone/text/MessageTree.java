package dev.hone.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * A tree of messages as Open-Assistant exports it: under each message the replies that people gave, some of them ranked from
 * 0, the best, on.
 */
final class MessageTree {
    private final Row row;
    private final String field;
    private final PassageReader passages;
    private final List<Ranked> rankings = new ArrayList<>();

    MessageTree(Row row, String field, Schema schema, DialogueFormat format) {
        this.row = row;
        this.field = field;
        this.passages = new PassageReader(row, schema, format);
    }

    /** A ranking for each message with at least two ranked replies of an assistant; none if nothing is ranked. */
    List<Ranked> rankings() {
        walk(row.required(field), List.of(), field);
        return rankings;
    }

    private void walk(JsonNode node, List<Message> before, String at) {
        List<Message> turns = new ArrayList<>(before);
        turns.add(new Message(role(node, at), text(node, at)));
        JsonNode replies = node.path("replies");
        List<JsonNode> ranked = StreamSupport.stream(replies.spliterator(), false)
                .filter(reply -> reply.path("rank").isNumber() && "assistant".equals(reply.path("role").asString("")))
                .sorted(Comparator.comparingDouble(reply -> reply.path("rank").doubleValue())).toList();
        if (ranked.size() > 1) {
            List<Passage> answers = ranked.stream().map(reply -> passages.answer(reply.path("text"), at + ".text"))
                    .toList();
            List<Integer> places = ranked.stream().map(reply -> reply.path("rank").intValue()).toList();
            rankings.add(new Ranked(new Passage.Dialogue(turns), answers, places));
        }
        for (int i = 0; i < replies.size(); i++) {
            walk(replies.path(i), turns, at + ".replies[" + i + "]");
        }
    }

    private Role role(JsonNode node, String at) {
        return Role.of(node.path("role").asString("")).orElseThrow(() -> row.bad(at + ".role",
                "found " + Row.describe(node.path("role")) + ", expected prompter or assistant"));
    }

    private String text(JsonNode node, String at) {
        if (!node.path("text").isString()) {
            throw row.bad(at + ".text", "found " + Row.describe(node.path("text")) + ", expected text");
        }
        return node.path("text").stringValue();
    }
}
