package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.ShardedWriter;
import dev.hone.tensor.TensorInfo;
import dev.hone.testkit.Golden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Base models of encoders as they lie in folders: other heads, names without a root, norms under their oldest names. */
@Tag("golden")
class EncoderFoldersTest {

    @TempDir
    Path temporary;

    static Stream<Path> encoders() {
        return Golden.folders("models").stream().filter(folder -> EncoderFamilies.known()
                .contains(Golden.json(folder.resolve("config.json")).path("model_type").asString("")));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void aBaseModelGetsAFreshHead(Path folder) throws IOException {
        HubConfig config = HubConfig.read(folder);
        EncoderFamilies.Family family = EncoderFamilies.of(config).orElseThrow();
        HeadPlan head = family.head().apply(config);
        String root = family.names().stored().root();
        write(folder, name -> name.startsWith(head.output()) || name.startsWith(head.dense().orElseThrow().name())
                ? ""
                : name.substring(name.startsWith(root) ? root.length() : 0).replace("LayerNorm.weight",
                        "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
                family.names().stored().foreign().stream().map(prefix -> prefix + "bias").toList());
        assertThatThrownBy(() -> RewardModel.load(temporary, DType.FLOAT32, Device.CPU))
                .isInstanceOf(ModelException.class).hasMessageContaining("no " + head.output() + ".weight");
        try (RewardModel base = RewardModel.start(temporary, HeadOptions.reward(2).withLabels(4), DType.FLOAT32,
                Device.CPU);
                RewardModel whole = RewardModel.load(folder, DType.FLOAT32, Device.CPU)) {
            assertThat(base.fresh()).containsExactlyInAnyOrder(
                    head.output() + ".weight", head.output() + ".bias",
                    head.dense().orElseThrow().name() + ".weight", head.dense().orElseThrow().name() + ".bias");
            for (int i = 0; i < whole.backbone().parameters().size(); i++) {
                assertThat(base.backbone().parameters().get(i).value().toFloats())
                        .containsExactly(whole.backbone().parameters().get(i).value().toFloats());
            }
        }
    }

    @Test
    void whatBelongsToNoHeadIsReported() throws IOException {
        Path folder = encoders().findFirst().orElseThrow();
        write(folder, UnaryOperator.identity(), List.of("surplus.bias"));
        assertThatThrownBy(() -> RewardModel.load(temporary, DType.FLOAT32, Device.CPU))
                .isInstanceOf(ModelException.class).hasMessageContaining("not part of this model: surplus.bias");
    }

    /** The folder's tensors under other names (none for an empty one), with others of one element beside them. */
    private void write(Path folder, UnaryOperator<String> renamed, List<String> more) throws IOException {
        Files.copy(folder.resolve("config.json"), temporary.resolve("config.json"));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
                Arena arena = Arena.ofConfined()) {
            List<SafetensorsEntry> entries = new ArrayList<>();
            for (String name : file.names()) {
                TensorInfo info = file.info(name);
                if (!renamed.apply(name).isEmpty()) {
                    entries.add(SafetensorsEntry.of(renamed.apply(name), info.dtype(), info.shape(), file.data(name)));
                }
            }
            more.forEach(name -> entries
                    .add(SafetensorsEntry.of(name, DType.FLOAT32, new long[]{1}, arena.allocate(4))));
            ShardedWriter.write(temporary, entries);
        }
    }
}
