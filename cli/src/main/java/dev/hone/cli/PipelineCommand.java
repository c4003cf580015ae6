package dev.hone.cli;

import java.util.ArrayList;
import java.util.List;

/** {@code hone pipeline}: several commands in order, from one file. */
final class PipelineCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("pipeline", "run several commands in order, from one file", "FILE [--resume] [--key value …]",
                """
                        Runs the stages of a YAML file: fine-tuning, a reward model, a gate for it, learning from its
                        rewards, an evaluation, or any others. All settings of all stages are checked before the first
                        runs. Stages that are done stay as they are until their settings or inputs change; Ctrl-C ends
                        the stage with a checkpoint. docs/pipeline.md describes the file.
                        """,
                List.of("hone pipeline examples/pipeline.yaml", "hone pipeline examples/pipeline.yaml --resume",
                        "hone pipeline examples/pipeline.yaml --from ppo"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(PipelineSettings.class); }

    /** The first word is the file of the stages, not one of this command's own settings. */
    @Override
    public List<String> flags(List<String> words) {
        if (words.isEmpty() || words.getFirst().startsWith("-")) {
            return words;
        }
        List<String> flags = new ArrayList<>(words);
        flags.addFirst("--file");
        return flags;
    }

    @Override
    public int run(Call call, Terminal terminal) {
        return new Pipeline(call.get(PipelineSettings.class), terminal, call.words()).run();
    }
}
