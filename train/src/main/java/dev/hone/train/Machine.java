package dev.hone.train;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The machine of a run.
 *
 * @param cores processors that this process may use
 * @param cpu the model's name, or the architecture where the system does not tell
 * @param memoryBytes main memory, or the container's share of it
 * @param os name, version and architecture
 * @param java version and vendor of the running JDK
 */
public record Machine(int cores, String cpu, long memoryBytes, String os, String java) {
    /** The machine that this process runs on. */
    public static Machine here() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        String java = Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
        return new Machine(Runtime.getRuntime().availableProcessors(), cpuModel(Path.of("/proc/cpuinfo")), memory(), os,
                java);
    }

    static String cpuModel(Path cpuinfo) {
        try {
            for (String line : Files.readString(cpuinfo, StandardCharsets.ISO_8859_1).split("\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.startsWith("model name")) {
                    return line.substring(colon + 1).strip();
                }
            }
        } catch (IOException ignored) {
            // Not a Linux: the architecture has to do.
        }
        return System.getProperty("os.arch");
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
