package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.model.ModelException;
import dev.hone.tensor.SafetensorsException;
import dev.hone.text.DataException;
import dev.hone.text.TemplateException;
import dev.hone.train.CheckpointException;
import dev.hone.train.NonFiniteException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {
    private record Told(int code, String text) {}

    private static Told tell(Throwable thrown, Map<String, String> environment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int code = Failure.of(thrown).report(new PrintStream(bytes, true, StandardCharsets.UTF_8), environment);
        return new Told(code, bytes.toString(StandardCharsets.UTF_8));
    }

    static Stream<RuntimeException> mistakes() {
        return Stream.of(new ModelException("what and where"), new DataException("what and where"),
                new TemplateException("what and where"), new SafetensorsException("what and where"),
                new NonFiniteException("what and where"), new CheckpointException("what and where"),
                new UncheckedIOException("what and where", new IOException("disk")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeOfTheUserIsItsMessageAndNothingElse(RuntimeException mistake) {
        assertThat(tell(mistake, Map.of())).isEqualTo(new Told(2, "hone: what and where" + System.lineSeparator()));
        assertThat(tell(new CompletionException(mistake), Map.of()).code()).isEqualTo(2);
        Told debug = tell(mistake, Map.of("HONE_DEBUG", "1"));
        assertThat(debug.code()).isEqualTo(2);
        assertThat(debug.text()).contains("hone: what and where", "\tat dev.hone.cli.FailureTest");
    }

    @Test
    void aFailureOfOursHasAShortTraceAndAsksForAReport() {
        Told told = tell(new IllegalStateException("broken"), Map.of());
        assertThat(told.code()).isEqualTo(1);
        assertThat(told.text()).contains("should not have happened", "broken", "at dev.hone.cli.FailureTest",
                "report it",
                "hone doctor");
        assertThat(told.text().lines().count()).isLessThan(20);
    }

    @Test
    void memoryThatIsUsedUpSaysWhatHelps() {
        assertThat(tell(new OutOfMemoryError("Java heap space"), Map.of()).text()).contains("HONE_HEAP");
        Told tensors = tell(new RuntimeException("DefaultCPUAllocator: can't allocate memory"), Map.of());
        assertThat(tensors.text()).contains("out of memory", "max_length").doesNotContain("    at ");
        assertThat(tensors.code()).isEqualTo(1);
    }
}
