package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
    @TempDir
    private Path folder;

    private RunHistory of(String... lines) throws IOException {
        return RunHistory.read(Files.writeString(folder.resolve("metrics.jsonl"), String.join("\n", lines)));
    }

    @Test
    void metricsAreCurvesOverTheStepsThatHaveThem() throws IOException {
        RunHistory history = of("{\"step\":1,\"time\":100.5,\"loss\":3,\"note\":\"text\",\"flag\":true}",
                "{\"step\":2,\"time\":101,\"loss\":\"NaN\"}", "{\"step\":2,\"time\":107.75,\"eval_loss\":2.5}",
                "{\"step\":3,\"time\":108,\"loss\":2}");
        assertThat(history.names()).containsExactly("loss", "eval_loss");
        assertThat(history.curve("loss").xs()).containsExactly(1, 2, 3);
        assertThat(history.curve("loss").ys()).containsExactly(3, Double.NaN, 2);
        assertThat(history.curve("eval_loss").xs()).containsExactly(2);
        assertThat(history.curve("absent").size()).isZero();
        assertThat(history.last("loss")).hasValue(2);
        assertThat(history.last("absent")).isEmpty();
        assertThat(history.lastStep()).isEqualTo(3);
        assertThat(history.elapsed()).isEqualTo(Duration.ofMillis(7500));
        assertThat(history.unreadableLines()).isZero();
    }

    @Test
    void tornAndForeignLinesAreCountedAndLeftOut() throws IOException {
        RunHistory history = of("{\"step\":1,\"time\":1,\"loss\":3}", "garbage", "[1]", "{\"step\":\"2\"}",
                "{\"step\":1.5}", "",
                "{\"step\":3,\"loss\":2}", "{\"step\":4,\"loss\":1");
        assertThat(history.curve("loss").xs()).containsExactly(1, 3);
        assertThat(history.unreadableLines()).isEqualTo(5);
    }

    @Test
    void aStepThatGoesBackReplacesWhatStoodAfterIt() throws IOException {
        RunHistory history = of("{\"step\":1,\"loss\":9}", "{\"step\":2,\"loss\":8,\"eval_loss\":1}",
                "{\"step\":3,\"loss\":7}",
                "{\"step\":2,\"loss\":6}", "{\"step\":3,\"loss\":5}");
        assertThat(history.curve("loss").ys()).containsExactly(9, 6, 5);
        assertThat(history.names()).containsExactly("loss");
    }

    @Test
    void aFreshRunsEmptyFileIsAnEmptyHistory() throws IOException {
        RunHistory history = of();
        assertThat(history.names()).isEmpty();
        assertThat(history.lastStep()).isZero();
        assertThat(history.elapsed()).isZero();
    }

    @Test
    void manyRowsGrowTheCurves() throws IOException {
        String[] lines = new String[1000];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "{\"step\":" + i + ",\"loss\":" + i / 8.0 + "}";
        }
        Curve loss = of(lines).curve("loss");
        assertThat(loss.size()).isEqualTo(1000);
        assertThat(loss.ys()[999]).isEqualTo(999 / 8.0);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> RunHistory.read(folder.resolve("none.jsonl"))).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.jsonl").hasMessageContaining("no such file")
                .hasMessageContaining("check the path");
    }
}
