package dev.hone.cli;

import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.tensor.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code hone doctor} found out about this machine.
 *
 * @param findings in the order in which they are told
 * @param rates of matrix products; empty where the natives do not load
 */
record Diagnosis(List<Finding> findings, Optional<SelfTest.Rates> rates) {
    private static final int JAVA = 25;
    private static final double GIBIBYTE = 1L << 30;
    private static final double LITTLE_MEMORY = 2;
    private static final double LITTLE_DISK = 1;
    private static final Duration SELF_TEST = Duration.ofSeconds(1);

    /** Looks and measures; takes about a second, more where the natives are unpacked for the first time. */
    static Diagnosis make() {
        List<Finding> findings = new ArrayList<>(List.of(jdk(), processor(), memory(), heap()));
        try {
            Engine.EngineInfo engine = Engine.info();
            findings.addAll(List.of(natives(engine), cache(), blas(engine), threads(engine), gpu(engine)));
            SelfTest.Rates rates = SelfTest.rates(Device.CPU, SELF_TEST);
            findings.addAll(List.of(Finding.ok("fp32", rate(rates.fp32())), bf16(rates)));
            return new Diagnosis(findings, Optional.of(rates));
        } catch (LinkageError broken) {
            findings.add(Finding.failed("natives", reason(broken),
                    "libtorch did not load: check that the folder of the natives (~/.javacpp/cache) can be written, has"
                            + " room and allows execution, remove it once, and that this is Linux with glibc 2.28 or"
                            + " newer, macOS on arm64, or Windows."));
            return new Diagnosis(findings, Optional.empty());
        }
    }

    boolean usable() { return findings.stream().noneMatch(finding -> finding.verdict() == Finding.Verdict.FAILED); }

    private static Finding jdk() {
        String value = Runtime.version() + " (" + System.getProperty("java.vendor") + "), "
                + System.getProperty("java.home");
        return Finding.check("JDK", value, Runtime.version().feature() >= JAVA,
                "Use JDK " + JAVA + " or newer: set HONE_JAVA_HOME.");
    }

    private static Finding processor() {
        Machine here = Machine.here();
        int logical = here.processors();
        int cores = Machine.cores();
        return Finding.ok("processor", here.cpu() + ", " + cores + (cores == 1 ? " core" : " cores")
                + (logical == cores ? "" : " (" + logical + " hardware threads)"));
    }

    private static Finding memory() {
        double all = Machine.here().memoryBytes() / GIBIBYTE;
        double free = Machine.memoryAvailable() / GIBIBYTE;
        return Finding.check("memory", number("%.1f GiB, %.1f free", all, free), free >= LITTLE_MEMORY,
                "Close other programs: training the smallest models takes about 2 GiB.");
    }

    private static Finding heap() {
        double heap = Runtime.getRuntime().maxMemory() / GIBIBYTE;
        return Finding.check("Java heap", number("%.1f GiB at most (tensors live outside of it)", heap), heap > 0.4,
                "Data is read into the heap: give it more with HONE_HEAP, such as HONE_HEAP=2g.");
    }

    private static Finding natives(Engine.EngineInfo engine) {
        return Finding.ok("natives", "libtorch " + engine.libtorch() + " for " + engine.platform());
    }

    private static Finding cache() {
        Path cache = Engine.cache();
        try {
            double free = Files.getFileStore(cache).getUsableSpace() / GIBIBYTE;
            return Finding.check("cache", cache + number(" (natives are unpacked here), %.1f GiB free", free),
                    free >= LITTLE_DISK,
                    "A new version of the natives needs about 1 GiB here: free some space.");
        } catch (IOException unknown) {
            return Finding.ok("cache", cache + " (natives are unpacked here)");
        }
    }

    private static Finding blas(Engine.EngineInfo engine) {
        boolean intel = engine.platform().endsWith("x86_64") && engine.platform().startsWith("linux");
        return Finding.check("BLAS", engine.blas(), !intel || engine.blas().equals("MKL"),
                "fp32 is several times faster with MKL: build with the mkl profile, which is on by default on Linux.");
    }

    private static Finding threads(Engine.EngineInfo engine) {
        int cores = Machine.cores();
        return Finding.check("threads", engine.threads() + " per op", engine.threads() <= cores,
                "More threads than the " + cores + " cores make every op slower: set threads, or OMP_NUM_THREADS.");
    }

    private static Finding gpu(Engine.EngineInfo engine) {
        boolean driver = Files.exists(Path.of("/proc/driver/nvidia/version"));
        String value = engine.cudaDevices() > 0
                ? engine.cudaDevices() + (engine.cudaDevices() == 1 ? " CUDA device" : " CUDA devices")
                : driver ? "an NVIDIA driver, but natives for the processor only" : "none";
        return Finding.check("GPU", value, engine.cudaDevices() > 0 || !driver,
                "To use the GPU, build with its natives (several GB): HONE_BUILD_OPTS=-Pcuda ./hone doctor.");
    }

    private static Finding bf16(SelfTest.Rates rates) {
        return Finding.check("bf16", rate(rates.bf16()), rates.bf16() > rates.fp32(),
                "This processor has no fast bf16: train with --dtype fp32.");
    }

    private static String rate(double gflops) { return number("%,.0f GFLOP/s in matrix products", gflops); }

    private static String number(String format, Object... values) { return String.format(Locale.ROOT, format, values); }

    private static String reason(Throwable broken) {
        Throwable cause = broken;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
