package dev.hone.tensor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Facts about the machine that are read, not measured. */
public final class Machine {
    private Machine() {}

    /** Physical cores that this process may use; hyper-threads do not help matrix products. */
    public static int cores() {
        int logical = Runtime.getRuntime().availableProcessors();
        return Math.max(1, Math.min(logical, logical / threadsPerCore()));
    }

    private static int threadsPerCore() {
        Path siblings = Path.of("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
        try {
            String text = Files.readString(siblings, StandardCharsets.US_ASCII).strip();
            return text.contains(",") ? text.split(",").length : text.contains("-") ? 2 : 1;
        } catch (IOException unknown) {
            return 1;
        }
    }

    /** The processor's name, or its architecture where the system does not tell. */
    public static String processor() {
        return procField(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch"));
    }

    /** Bytes of memory of the machine, or the JVM's maximum where the system does not tell. */
    public static long memory() {
        return kibibytes("MemTotal", Runtime.getRuntime().maxMemory());
    }

    /** Bytes of memory that can be had now without swapping. */
    public static long memoryAvailable() {
        return kibibytes("MemAvailable", Runtime.getRuntime().freeMemory());
    }

    /** The largest resident size of this process so far, in bytes; 0 where the system does not tell. */
    public static long peakResident() {
        return kibibytes(Path.of("/proc/self/status"), "VmHWM", 0);
    }

    private static long kibibytes(String field, long otherwise) {
        return kibibytes(Path.of("/proc/meminfo"), field, otherwise);
    }

    private static long kibibytes(Path file, String field, long otherwise) {
        String value = procField(file, field, "");
        return value.endsWith(" kB") ? Long.parseLong(value.substring(0, value.length() - 3).strip()) << 10 : otherwise;
    }

    private static String procField(Path file, String field, String otherwise) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.stream().filter(line -> line.startsWith(field)).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(otherwise);
        } catch (IOException unknown) {
            return otherwise;
        }
    }
}
