package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorCommandTest {
    @Test
    void everythingThatMattersIsFoundAndJudged() {
        Cli doctor = Cli.run("doctor");
        assertThat(doctor.code()).isZero();
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.out()).contains("JDK", "processor", "memory", "Java heap", "natives", "libtorch", "cache",
                "BLAS", "threads", "GPU", "fp32", "bf16", "GFLOP/s");
        assertThat(doctor.lines()).allSatisfy(line -> assertThat(line).matches("(ok|warning|failed) .*|\\s+→ .*"));
    }

    @Test
    void jsonHoldsTheSameAsNumbers() {
        JsonNode json = JsonMapper.shared().readTree(Cli.run("doctor", "--json").out());
        assertThat(json.at("/gemm_gflops/fp32").doubleValue()).isPositive();
        assertThat(json.at("/gemm_gflops/bf16").doubleValue()).isPositive();
        List<String> verdicts = StreamSupport.stream(json.get("findings").spliterator(), false)
                .map(finding -> finding.get("verdict").stringValue()).toList();
        assertThat(verdicts).hasSizeGreaterThan(8).allMatch(List.of("ok", "warning")::contains);
    }
}
