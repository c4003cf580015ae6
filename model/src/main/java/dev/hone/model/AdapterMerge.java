package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.nio.file.Path;

/** Makes a whole model of a saved adapter and its base. */
public final class AdapterMerge {
    private AdapterMerge() {}

    /**
     * Reads the base as its files hold it, in float32, whatever it was trained beside: an adapter that was trained on
     * quantised weights is merged into the dense ones. Tokenizer and template travel along, those beside the adapter first.
     *
     * @param adapter its folder
     * @param base the folder of the model that it belongs to
     * @param out gets the model
     * @throws ModelException where the adapter does not fit the base, or consists of virtual tokens
     */
    public static void merge(Path adapter, Path base, Path out, ModelFolder.Format format) {
        Adapter.requireMergeable(AdapterConfig.read(adapter).spec());
        try (Model model = open(adapter, base)) {
            ModelFolder.save(model, out, format);
        }
        ModelFolder.copyCompanions(base, out);
        ModelFolder.copyCompanions(adapter, out);
        ActionValues.copy(adapter, out);
    }

    private static Model open(Path adapter, Path base) {
        return AdapterFolder.scores(adapter)
                ? RewardModel.adapted(adapter, base, DType.FLOAT32, Device.CPU, Quantisation.NONE)
                : AdapterFolder.beside(Decoder.load(base, DType.FLOAT32, Device.CPU), adapter);
    }
}
