package dev.hone.cli;

import dev.hone.rollout.GenerationListener;
import dev.hone.rollout.Rollout;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Prints completions as they are finished, but in the order of prompts and samples. */
final class CompletionWriter implements GenerationListener {
    private static final JsonMapper JSON = new JsonMapper();

    private final int samples;
    private final boolean json;
    private final Terminal terminal;
    private final Map<Integer, Rollout> waiting = new TreeMap<>();
    private int next;

    CompletionWriter(int samples, boolean json, Terminal terminal) {
        this.samples = samples;
        this.json = json;
        this.terminal = terminal;
    }

    @Override
    public void onToken(int prompt, int sample, int token) {
        // Only whole completions are printed: those of a batch interleave.
    }

    @Override
    public void onShortened(int prompt, int maxNewTokens) {
        terminal.note("prompt " + prompt + ": room for " + maxNewTokens + " tokens only");
    }

    @Override
    public void onFinished(Rollout rollout) {
        waiting.put(rollout.prompt() * samples + rollout.sample(), rollout);
        for (Rollout due = waiting.remove(next); due != null; due = waiting.remove(next)) {
            terminal.result(json ? json(due) : text(due));
            next++;
        }
    }

    private String text(Rollout rollout) {
        String sample = samples == 1 ? "" : ", sample " + rollout.sample();
        return "[prompt " + rollout.prompt() + sample + "]\n" + rollout.text().orElse("") + "\n";
    }

    private static String json(Rollout rollout) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("prompt", rollout.prompt());
        row.put("sample", rollout.sample());
        row.put("completion", rollout.text().orElse(""));
        row.put("stop", rollout.stop().name().toLowerCase(Locale.ROOT));
        row.put("token_count", rollout.completionIds().length);
        row.put("token_ids", rollout.completionIds());
        row.put("logprobs", rollout.logProbs());
        row.put("policy_logprobs", rollout.policyLogProbs());
        return JSON.writeValueAsString(row);
    }
}
