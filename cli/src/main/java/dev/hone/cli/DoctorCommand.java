package dev.hone.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone doctor}: whether this machine is ready, and how fast it is. */
final class DoctorCommand implements Command {
    @Override
    public Manual manual() { return new Manual("doctor", "check this machine: Java, natives, memory, speed", "[--json]",
            """
                    Prints what was found (JDK, processor, memory, native libraries, BLAS, threads, GPU), measures matrix
                    products in fp32 and bf16 for about a second, and says for each line whether it is well and else
                    what to do. The exit code is 1 where Hone cannot run at all.
                    """,
            List.of("hone doctor", "hone doctor --json")); }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(DoctorSettings.class); }

    @Override
    public int run(Call call, Terminal terminal) {
        Diagnosis diagnosis = Diagnosis.make();
        if (call.get(DoctorSettings.class).json()) {
            terminal.result(json(diagnosis));
        } else {
            diagnosis.findings().forEach(finding -> tell(finding, terminal));
        }
        return diagnosis.usable() ? 0 : 1;
    }

    private static void tell(Finding finding, Terminal terminal) {
        String verdict = finding.verdict().name().toLowerCase(Locale.ROOT);
        terminal.result(String.format(Locale.ROOT, "%-8s %-10s %s", verdict, finding.subject(), finding.value()));
        if (!finding.advice().isEmpty()) {
            terminal.result(" ".repeat(9) + "→ " + finding.advice());
        }
    }

    private static String json(Diagnosis diagnosis) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("hone", Version.current());
        root.put("findings", diagnosis.findings().stream().map(DoctorCommand::json).toList());
        diagnosis.rates().ifPresent(
                rates -> root.put("gemm_gflops", Map.of("fp32", rates.fp32(), "bf16", rates.bf16())));
        return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(root);
    }

    private static Map<String, String> json(Finding finding) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("subject", finding.subject());
        map.put("value", finding.value());
        map.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
        map.put("advice", finding.advice());
        return map;
    }
}
