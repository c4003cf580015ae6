package dev.hone.train;

import dev.hone.model.AdapterFolder;
import dev.hone.model.Model;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.tensor.Engine;
import dev.hone.tensor.ShardedTensors;
import dev.hone.text.ChatTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a run settles before its first step: whether it goes on or begins, and the facts that its manifest keeps. */
final class RunStart {
    private RunStart() {}

    /**
     * Looks at the names and headers of the weights, so that a folder without any, or with pickle files only, is refused
     * before data is read and before an older run is removed.
     */
    static void requireWeights(JobSettings settings) {
        ModelOpening opening = ModelOpening.of(settings);
        ShardedTensors.open(opening.weights()).close();
        opening.requireFormer();
    }

    /** Refuses a folder that holds another run, or clears it where that is asked for. */
    static void requireFree(RunSettings settings, RunFolder folder) {
        CheckpointFolder checkpoints = new CheckpointFolder(folder.root(), warning -> {});
        if (settings.resume() || checkpoints.steps().isEmpty()) {
            return;
        }
        if (!settings.overwrite()) {
            throw CheckpointException.of("checkpoints up to step " + checkpoints.steps().getFirst(),
                    "an empty folder for a new run", folder.root(),
                    "Go on with --resume true, choose another --out, or give --overwrite true to remove them.");
        }
        checkpoints.removeAll();
    }

    /** Small files that make a checkpoint a model folder of its own, or an adapter's. */
    static Map<String, byte[]> companions(ModelSettings settings, Model model, RunIdentity identity) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        Model policy = model.parts().getFirst().model();
        policy.adapter().ifPresent(adapter -> files.put(AdapterFolder.CONFIG, AdapterFolder.config(adapter)));
        if (policy.adapter().isPresent() && policy instanceof RewardModel) {
            files.put("config.json", ModelFolder.config(policy));
        }
        List<String> names = Stream.concat(policy.adapter().isPresent() ? Stream.empty() : Stream.of("config.json"),
                ModelFolder.companions().stream()).toList();
        for (String name : names) {
            Path file = settings.text().resolve(name);
            if (Files.isRegularFile(file)) {
                try {
                    files.put(name, Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read " + file, e);
                }
            }
        }
        files.put(RunIdentity.FILE, identity.json());
        return files;
    }

    /** Puts tokenizer and template beside a saved model; the template is the one that the model was trained with. */
    static void copyTokenizer(Path from, Path to, Optional<ChatTemplate> template) {
        ModelFolder.copyCompanions(from, to);
        template.map(ChatTemplate::source)
                .ifPresent(source -> RunFiles.replace(to.resolve("chat_template.jinja"),
                        source.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    static Map<String, String> versions() {
        Engine.EngineInfo engine = Engine.info();
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("hone",
                Optional.ofNullable(RunStart.class.getPackage().getImplementationVersion()).orElse("development"));
        versions.put("java", Runtime.version().toString());
        versions.put("libtorch", engine.libtorch());
        versions.put("blas", engine.blas());
        versions.put("threads", Integer.toString(engine.threads()));
        return versions;
    }

    static List<FileDigest> digests(DataSettings data) {
        return Stream.concat(data.data().stream(), data.evalData().stream()).map(Path::of).filter(Files::isRegularFile)
                .map(FileDigest::of).toList();
    }
}
