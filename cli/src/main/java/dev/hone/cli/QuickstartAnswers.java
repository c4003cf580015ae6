package dev.hone.cli;

import dev.hone.model.Decoder;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.ChatTemplate;
import dev.hone.text.Conversation;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Message;
import dev.hone.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What models answer to the questions that were held out, side by side. */
final class QuickstartAnswers {
    private static final int ANSWER_TOKENS = 96;
    private static final int LONGEST_LINE = 110;

    private final List<Conversation> heldOut;
    private final Terminal terminal;
    private final CorpusGrader grader = new CorpusGrader();

    QuickstartAnswers(List<Conversation> heldOut, Terminal terminal) {
        this.heldOut = List.copyOf(heldOut);
        this.terminal = terminal;
    }

    /** The likeliest answers of the model in this folder, in the order of the questions. */
    List<String> of(Path folder) {
        Tokenizer tokenizer = HubTokenizer.load(folder);
        ChatTemplate template = ChatTemplate.ofModelFolder(folder).orElseThrow();
        List<int[]> prompts = heldOut.stream().map(conversation -> tokenizer.encode(
                template.render(question(conversation), ChatTemplate.Options.PROMPT).text())).toList();
        try (Decoder model = Decoder.load(folder, DType.BFLOAT16, Device.CPU)) {
            Generation generation = new Generation(ANSWER_TOKENS, 1, Sampling.GREEDY,
                    Stop.at(tokenizer.vocabulary().eos().orElseThrow()));
            String[] texts = new String[prompts.size()];
            new RolloutEngine(model).generate(PromptTokens.of(prompts), generation)
                    .forEach(rollout -> texts[rollout.prompt()] = tokenizer
                            .decodeWithoutSpecialTokens(rollout.completionIds()).strip());
            return Arrays.asList(texts);
        }
    }

    private static List<Message> question(Conversation conversation) {
        return conversation.messages().subList(0, conversation.messages().size() - 1);
    }

    /** Shows some of the questions with both answers, spread evenly, and how many of all are right. */
    void compare(List<String> before, List<String> after, int shown) {
        int stride = Math.max(1, heldOut.size() / shown);
        for (int i = 0; i < heldOut.size() && i / stride < shown; i += stride) {
            show(i, before, after);
        }
        share(before, after);
    }

    /** Shows some of the questions whose answers changed, and how many of all are right. */
    void changes(List<String> before, List<String> after, int shown) {
        int left = shown;
        for (int i = 0; i < heldOut.size() && left > 0; i++) {
            if (!before.get(i).equals(after.get(i))) {
                show(i, before, after);
                left--;
            }
        }
        share(before, after);
    }

    private void show(int number, List<String> before, List<String> after) {
        terminal.result("  Q: " + question(heldOut.get(number)).getLast().content());
        terminal.result("     before: " + shortened(before.get(number)));
        terminal.result("     after:  " + shortened(after.get(number)));
    }

    private void share(List<String> before, List<String> after) {
        terminal.result(String.format(Locale.ROOT,
                "right answers on %d held-out questions: %.0f %% before, %.0f %% after", heldOut.size(),
                100 * grader.share(heldOut, before), 100 * grader.share(heldOut, after)));
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE - 1) + "…";
    }
}
