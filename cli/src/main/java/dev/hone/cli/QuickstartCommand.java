package dev.hone.cli;

import java.util.List;

/** {@code hone quickstart}: the whole job on data of its own, from nothing to a model that answers. */
final class QuickstartCommand implements Command {
    @Override
    public Manual manual() { return new Manual("quickstart",
            "make, pre-train and fine-tune a small model in a few minutes", "[--out DIR]",
            """
                    Generates a small world of stories, facts and questions, trains a tokenizer on it, pre-trains a language model
                    of a few million parameters from scratch, fine-tunes it on instructions, and compares its answers before and
                    after on questions that it never saw. Pairs of a right and a wrong answer then teach a reward model, which is
                    judged on pairs held out, and the model itself (DPO); then the fine-tuned model answers questions and
                    learns from what the reward model says of its answers (PPO). Ends with a chat on a terminal, elsewhere with sample answers. Needs no
                    network and no data; everything it makes lies in one folder, as the commands that it stands for would leave it.
                    """,
            List.of("hone quickstart", "hone quickstart --out first --seed 3")); }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(QuickstartSettings.class); }

    @Override
    public int run(Call call, Terminal terminal) {
        return new Quickstart(call.get(QuickstartSettings.class), terminal).run();
    }
}
