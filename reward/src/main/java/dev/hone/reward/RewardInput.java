package dev.hone.reward;

import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.text.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A finished completion, with all that a reward may want to know of it.
 *
 * @param messages the turns of the prompt; none where the prompt is plain text that the model continued
 * @param prompt the prompt in words, without any marks of a template
 * @param completion what the model wrote, in words
 * @param completionIds [T] the same as the policy's tokens
 * @param logProbs [T] of each token in nats, see {@link dev.hone.rollout.Completion#logProbs}
 * @param stop why it ended
 * @param facts the other columns of the row as text, such as {@code answer}; several texts in one are a JSON list
 * @param sample which completion of its prompt, from 0
 */
public record RewardInput(List<Message> messages, String prompt, String completion, int[] completionIds,
        float[] logProbs, StopReason stop, Map<String, String> facts, int sample) {
    public RewardInput {
        messages = List.copyOf(messages);
        facts = Map.copyOf(facts);
        if (logProbs.length != completionIds.length) {
            throw new IllegalArgumentException(completionIds.length + " completion ids with " + logProbs.length
                    + " log-probs: expected as many");
        }
    }

    /**
     * What the engine made of a conversation.
     *
     * @throws IllegalArgumentException for a rollout without text: the engine was given no {@code TokenText}
     */
    public static RewardInput of(List<Message> messages, Rollout rollout, Map<String, String> facts) {
        return of(messages, messages.stream().map(Message::content).collect(Collectors.joining("\n")), rollout, facts);
    }

    /** As {@link #of(List, Rollout, Map)} for a plain text that was continued. */
    public static RewardInput of(String prompt, Rollout rollout, Map<String, String> facts) {
        return of(List.of(), prompt, rollout, facts);
    }

    private static RewardInput of(List<Message> messages, String prompt, Rollout rollout, Map<String, String> facts) {
        String text = rollout.text().orElseThrow(() -> new IllegalArgumentException(
                "prompt " + rollout.prompt() + " has a completion without text: give the engine a TokenText"));
        return new RewardInput(messages, prompt, text, rollout.completionIds(), rollout.logProbs(), rollout.stop(),
                facts, rollout.sample());
    }

    /** A question to a chat model with its answer as words alone, without tokens: enough for rules about text. */
    public static RewardInput text(String prompt, String completion, Map<String, String> facts) {
        return new RewardInput(List.of(Message.user(prompt)), prompt, completion, new int[0], new float[0],
                StopReason.END_TOKEN, facts, 0);
    }

    /** A column of the row. */
    public Optional<String> fact(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    /** The same with other tokens, all of log-prob 0. */
    public RewardInput withIds(int... ids) {
        return new RewardInput(messages, prompt, completion, ids, new float[ids.length], stop, facts, sample);
    }

    /** The same prompt with another text after it, without tokens. */
    RewardInput answered(String text) {
        return new RewardInput(messages, prompt, text, new int[0], new float[0], stop, facts, sample);
    }
}
