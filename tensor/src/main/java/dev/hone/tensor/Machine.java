package dev.hone.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The machine that a run is on: facts that are read, not measured.
 *
 * @param processors hardware threads that this process may use
 * @param cpu the processor's name, or its architecture where the system does not tell
 * @param memoryBytes main memory, or the container's share of it
 * @param os name, version and architecture
 * @param java version and vendor of the running JDK
 */
public record Machine(int processors, String cpu, long memoryBytes, String os, String java) {
    /** The machine that this process runs on. */
    public static Machine here() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        String java = Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
        return new Machine(Runtime.getRuntime().availableProcessors(), cpu(Path.of("/proc/cpuinfo")), memory(), os,
                java);
    }

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

    /** Bytes of memory that can be had now without swapping. */
    public static long memoryAvailable() {
        long free = kibibytes(Path.of("/proc/meminfo"), "MemAvailable", Runtime.getRuntime().freeMemory());
        return Math.min(free, memory()); // the system's free memory may lie beyond a container's share
    }

    /** The resident size of this process now, in bytes; 0 where the system does not tell. */
    public static long resident() {
        return kibibytes(Path.of("/proc/self/status"), "VmRSS", 0);
    }

    /** The largest resident size of this process so far, in bytes; 0 where the system does not tell. */
    public static long peakResident() {
        return kibibytes(Path.of("/proc/self/status"), "VmHWM", 0);
    }

    static String cpu(Path cpuinfo) { return field(cpuinfo, "model name", System.getProperty("os.arch")); }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private static long kibibytes(Path file, String field, long otherwise) {
        String value = field(file, field, "");
        return value.endsWith(" kB") ? Long.parseLong(value.substring(0, value.length() - 3).strip()) << 10 : otherwise;
    }

    private static String field(Path file, String field, String otherwise) {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
            return lines.stream().filter(line -> line.startsWith(field) && line.contains(":")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(otherwise);
        } catch (IOException unknown) {
            return otherwise;
        }
    }
}
