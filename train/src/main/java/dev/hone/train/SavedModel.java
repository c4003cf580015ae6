package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.AdapterFolder;
import dev.hone.model.AdapterMerge;
import dev.hone.model.Model;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What a run ends with: a whole model, an adapter, or the two merged.
 *
 * @param weights the value of each parameter
 */
record SavedModel(JobSettings settings, Function<Parameter, Tensor> weights) {

    /** Writes a model, or its adapter. A merge is made in float32 from the files of the base, however it was trained. */
    void write(Model model, Path place) {
        if (model.adapter().isEmpty()) {
            ModelFolder.save(model, place, format(), weights);
        } else if (settings.adapter().mergeAdapter()) {
            Path beside = place.resolveSibling(place.getFileName() + "-adapter");
            adapter(model, model.adapter().get(), beside);
            AdapterMerge.merge(beside, AdapterFolder.baseFolder(beside), place, format());
        } else {
            adapter(model, model.adapter().get(), place);
        }
    }

    private void adapter(Model model, Adapter adapter, Path place) {
        AdapterFolder.save(adapter, place, settings.run().saveDtype().dtype(), weights);
        if (model instanceof RewardModel) {
            ModelFolder.saveConfig(model, place); // what the base's does not say: pooling, normaliser, names of labels
        }
    }

    private ModelFolder.Format format() {
        return new ModelFolder.Format(settings.run().saveDtype().dtype(), (long) (settings.run().maxShardSize() * 1e9));
    }
}
