package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.model.AdapterFolder;
import dev.hone.model.AdapterMerge;
import dev.hone.model.ModelException;
import dev.hone.model.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code hone merge}: a whole model of an adapter and its base. */
final class MergeCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual("merge", "merge a LoRA adapter into its base model",
                "--model ADAPTER_DIR --out DIR [--base DIR] [--key value …]",
                """
                        Writes a whole model in Hugging Face format, with the adapter merged into the weights of its base
                        in float32; an adapter of train_mode qlora too, since the base's files are dense. Tokenizer and
                        chat template travel along. The base is what base_model_name_or_path of the adapter names, from
                        the adapter's folder or the working directory, or --base.
                        """,
                List.of("hone merge --model runs/chat/model --out models/chat",
                        "hone merge --model adapters/chat --base models/base --out models/chat --save_dtype bf16"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(MergeSettings.class); }

    @Override
    public int run(Call call, Terminal terminal) {
        MergeSettings settings = call.get(MergeSettings.class);
        ModelFiles.requireFolder(settings.model());
        AdapterFolder.requireWhole(settings.model());
        new Checks().require(isFree(settings.out()), "out", settings.out(), "an empty folder or a new one",
                "A model there would be written over in part.").done();
        Path base = settings.base().orElseGet(() -> AdapterFolder.baseFolder(settings.model()));
        ModelFiles.requireFolder(base);
        if (AdapterFolder.isAdapter(base)) {
            throw new ModelException(
                    "the base " + base + " is an adapter: expected the whole model that " + settings.model()
                            + " belongs to");
        }
        AdapterMerge.merge(settings.model(), base, settings.out(), new ModelFolder.Format(settings.saveDtype().dtype(),
                (long) (settings.maxShardSize() * 1e9)));
        terminal.result("model:  " + settings.out());
        return 0;
    }

    private static boolean isFree(Path out) {
        if (!Files.exists(out)) {
            return true;
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + out + ": give a folder to --out", e);
        }
    }
}
