package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What follows from an estimate; how near it comes is measured by {@code MemoryStudy} in bench. */
class MemoryPlanTest {
    private Decoder policy;

    @BeforeEach
    void open() { policy = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU); }

    @AfterEach
    void close() { policy.close(); }

    private MemoryPlan plan(int longest, String... settings) {
        TrainingSettings training = ConfigReader.of(List.of(TrainingSettings.class)).parse(List.of(settings))
                .get(TrainingSettings.class);
        return MemoryPlan.of(policy, training, new MemoryPlan.Cut(longest, training.microbatchTokens()),
                policy.parameterCount() * 8, 0);
    }

    @Test
    void whatTheUserSaysHolds() {
        assertThat(plan(10, "--microbatch_tokens", "77").microbatchTokens()).isEqualTo(77);
        assertThat(plan(10, "--gradient_checkpointing", "on").checkpointedLayers())
                .isEqualTo(policy.spec().size().layers());
        assertThat(plan(1_000_000, "--gradient_checkpointing", "off").checkpointedLayers()).isZero();
    }

    @Test
    void aRowIsNeverCutAndSmallModelsKeepEverything() {
        assertThat(plan(5000).microbatchTokens()).isEqualTo(5000);
        MemoryPlan small = plan(64);
        assertThat(small.microbatchTokens()).isBetween(512, 4096);
        assertThat(small.checkpointedLayers()).isZero();
    }

    @Test
    void recomputedLayersTakeLessAndEveryTokenTakesSome() {
        String[] on = {"--gradient_checkpointing", "on", "--microbatch_tokens", "2048"};
        String[] off = {"--gradient_checkpointing", "off", "--microbatch_tokens", "2048"};
        assertThat(plan(64, on).totalBytes()).isLessThan(plan(64, off).totalBytes());
        assertThat(plan(64, off).fixedBytes()).isEqualTo(policy.parameterCount() * (4 + 8));
        assertThat(plan(64, "--gradient_checkpointing", "off", "--microbatch_tokens", "4096").stepBytes())
                .isGreaterThan(plan(64, off).stepBytes());
    }

    @Test
    void aNumberOfRecomputedLayersHoldsAndTheirInputsMayLieElsewhere() {
        MemoryPlan one = plan(64, "--gradient_checkpointing_layers", "1", "--microbatch_tokens", "2048");
        assertThat(one.checkpointedLayers()).isEqualTo(1);
        assertThat(plan(64, "--gradient_checkpointing_layers", "99").checkpointedLayers())
                .isEqualTo(policy.spec().size().layers());
        MemoryPlan away = plan(64, "--gradient_checkpointing_layers", "1", "--microbatch_tokens", "2048",
                "--activation_offloading", "true");
        double gaps = 1.33; // on top of what is kept
        assertThat(one.stepBytes() - away.stepBytes())
                .isCloseTo((long) (gaps * 2048 * policy.width() * Float.BYTES), within(1L));
    }

    @Test
    void aMicroBatchIsNeverLargerThanTheLargestStep() {
        TrainingSettings training = ConfigReader.of(List.of(TrainingSettings.class)).parse(List.of())
                .get(TrainingSettings.class);
        MemoryPlan small = MemoryPlan.of(policy, training, new MemoryPlan.Cut(64, 32, 128, 0), 0, 0);
        assertThat(small.stepTokens()).isEqualTo(128);
        assertThat(small.microbatchTokens()).isEqualTo(4096); // how rows are cut does not depend on it
        assertThat(small.stepBytes()).isLessThan(plan(64).stepBytes());
    }
}
