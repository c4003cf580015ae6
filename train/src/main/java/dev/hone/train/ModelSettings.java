package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.ConfigException;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.model.AdapterFolder;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import java.nio.file.Path;

/**
 * Which model, and how it computes.
 *
 * @param model folder in Hugging Face format
 * @param dtype what forward and backward compute in
 * @param device where
 * @param threads of one op
 */
@SettingGroup("Model")
public record ModelSettings(
        @Setting(required = true, aliases = "model_name_or_path", doc = "Model folder in Hugging Face format: config.json,"
                + " *.safetensors, tokenizer.json; or the folder of an adapter, which names its base.") Path model,
        @Setting(value = "bf16", doc = "What forward and backward compute in: bf16 (with float32 master weights) or fp32.") Precision dtype,
        @Setting(value = "auto", doc = "auto, cpu, cuda or cuda:N.") String device,
        @Setting(value = "0", min = 0, doc = "Threads of one op; 0 = the physical cores.") int threads) {

    /** Number types to compute in. */
    public enum Precision {
        BF16(DType.BFLOAT16), FP32(DType.FLOAT32);

        private final DType dtype;

        Precision(DType dtype) { this.dtype = dtype; }

        public DType dtype() { return dtype; }
    }

    public ModelSettings {
        if (!device.equals("auto")) {
            Device.parse(device);
        }
    }

    /** Where tokenizer, template and generation defaults lie: in the model's folder, or in that of an adapter's base. */
    public Path text() {
        return AdapterFolder.text(model);
    }

    /**
     * The device that {@code device} means on this machine.
     *
     * @throws ConfigException where this machine, or this build, has no such device
     */
    public Device place() {
        if (device.equals("auto")) {
            return Device.best();
        }
        Device place = Device.parse(device);
        int cuda = Engine.cudaDevices();
        new Checks().require(place.isCpu() || place.index() < cuda, "device", device,
                cuda == 0 ? "auto or cpu: no CUDA device is seen" : "a CUDA device from cuda:0 to cuda:" + (cuda - 1),
                cuda == 0 ? "See hone doctor." : "").done();
        return place;
    }
}
