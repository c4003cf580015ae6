package dev.hone.cli;

import dev.hone.model.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is looked at before anything of a model folder is read. */
final class ModelFiles {
    private ModelFiles() {}

    /** @throws ModelException where there is no such folder */
    static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ModelException((Files.exists(folder) ? folder + " is a file" : "there is no folder " + folder)
                    + ", expected a model folder in Hugging Face format (config.json, *.safetensors, tokenizer.json) in"
                    + " model. Hone does not download models: fetch it first and give the folder");
        }
    }
}
