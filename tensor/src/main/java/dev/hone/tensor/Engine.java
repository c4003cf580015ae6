package dev.hone.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Start-up of libtorch, once per process: the properties that must stand before the binding loads, the BLAS, the threads.
 * Every class here that touches the binding calls {@link #start()} first; a caller needs it only to choose threads.
 */
public final class Engine {
    private static final boolean STARTED = load();

    private Engine() {}

    /** Loads libtorch unless it is loaded; the first time this unpacks about 360 MB of natives into JavaCPP's cache. */
    public static void start() {
        if (!STARTED) {
            throw new IllegalStateException("libtorch did not start");
        }
    }

    private static boolean load() {
        // Without this every native handle registers with a collector thread: 2.4 µs per small op instead of 0.9.
        System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
        if (mklShipped() && System.getProperty("org.bytedeco.openblas.load") == null) {
            // OpenBLAS brings a second thread pool that fights libtorch's OpenMP one.
            System.setProperty("org.bytedeco.openblas.load", "mkl_rt");
        }
        Environment.setDefault("GOMP_SPINCOUNT", "20000");
        Loader.load(torch.class);
        torch.set_num_threads(Math.max(1, Integer.getInteger("hone.threads", Machine.cores())));
        return true;
    }

    static boolean mklShipped() {
        String resource = "/org/bytedeco/mkl/" + Loader.getPlatform() + "/";
        return Engine.class.getResource(resource + "libmkl_rt.so.2") != null
                || Engine.class.getResource(resource + "libmkl_rt.so") != null;
    }

    /** Threads that one op may use. */
    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    /** Sets the threads that one op may use; more than the physical cores makes every op slower. */
    public static void threads(int count) {
        start();
        if (count < 1) {
            throw new IllegalArgumentException("threads " + count + ": expected at least 1");
        }
        torch.set_num_threads(count);
    }

    /** Versions and libraries, for {@code hone doctor} and the run manifest. */
    public static EngineInfo info() {
        start();
        return new EngineInfo(version(), Loader.getPlatform(), mklShipped() ? "MKL" : "OpenBLAS", threads(),
                cudaDevices());
    }

    /** The folder that natives are unpacked into, once per version. */
    public static Path cache() {
        try {
            return Loader.getCacheDir().toPath();
        } catch (IOException e) {
            throw new UncheckedIOException("no folder to unpack the natives into could be made: set the system property"
                    + " org.bytedeco.javacpp.cachedir to one that can be written", e);
        }
    }

    private static String version() {
        return Optional.ofNullable(torch.class.getPackage().getImplementationVersion()).orElse("unknown");
    }

    /** How many CUDA devices libtorch sees; 0 on a build without CUDA. */
    public static int cudaDevices() {
        start();
        return torch.hasCUDA() ? (int) torch.getNumGPUs() : 0;
    }

    /**
     * What is loaded.
     *
     * @param libtorch its version
     * @param platform the natives' platform, as JavaCPP names it
     * @param blas the library behind fp32 matrix products
     * @param threads threads per op
     * @param cudaDevices CUDA devices seen
     */
    public record EngineInfo(String libtorch, String platform, String blas, int threads, int cudaDevices) {}
}
