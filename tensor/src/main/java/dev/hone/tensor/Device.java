package dev.hone.tensor;

/**
 * Where a tensor lives.
 *
 * @param kind CPU or CUDA
 * @param index which one of its kind; 0 for the CPU
 */
public record Device(Kind kind, int index) {
    /** The kinds of device. */
    public enum Kind {
        CPU, CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    public static Device cuda(int index) { return new Device(Kind.CUDA, index); }

    /** The best device of this machine: the first CUDA device, else the CPU. */
    public static Device best() {
        return Engine.cudaDevices() > 0 ? cuda(0) : CPU;
    }

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:1}.
     *
     * @throws IllegalArgumentException for another text
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.matches("cuda(:\\d{1,3})?")) {
            return cuda(text.length() > 4 ? Integer.parseInt(text.substring(5)) : 0);
        }
        throw new IllegalArgumentException("device " + text + ": expected cpu, cuda or cuda:N");
    }

    public boolean isCpu() { return kind == Kind.CPU; }

    @Override
    public String toString() { return isCpu() ? "cpu" : "cuda:" + index; }
}
