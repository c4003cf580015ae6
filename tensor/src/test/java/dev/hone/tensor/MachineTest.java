package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
    @TempDir
    Path folder;

    @Test
    void theProcessorIsNamedWhereTheSystemTellsIt() throws IOException {
        Path cpuinfo = Files.writeString(folder.resolve("cpuinfo"),
                "processor\t: 0\nmodel\t: 1\nmodel name\t: AMD EPYC 9B14: fast \n");
        assertThat(Machine.cpu(cpuinfo)).isEqualTo("AMD EPYC 9B14: fast");
        assertThat(Machine.cpu(folder.resolve("none"))).isEqualTo(System.getProperty("os.arch"));
    }

    @Test
    void whatIsReadFitsTogether() {
        Machine here = Machine.here();
        assertThat(here.processors()).isPositive();
        assertThat(Machine.cores()).isBetween(1, here.processors());
        assertThat(Machine.memoryAvailable()).isBetween(1L, here.memoryBytes());
        assertThat(Machine.resident()).isLessThanOrEqualTo(Machine.peakResident());
        assertThat(here.os()).contains(System.getProperty("os.arch"));
        assertThat(here.java()).startsWith("2");
    }
}
