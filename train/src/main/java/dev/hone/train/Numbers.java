package dev.hone.train;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them, the same on every machine whatever its locale. */
final class Numbers {
    private Numbers() {}

    /** About four significant digits: 2.314, 0.02314, 12,345, 1.8e-4; NaN and Infinity by name. */
    static String value(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        if (size >= 1e15 || size > 0 && size < 1e-3) {
            return scientific(value);
        }
        if (value == Math.rint(value) || size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int decimals = size >= 1 ? 3 - (int) Math.floor(Math.log10(size)) : 4;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Mantissa of at most three digits: 1.8e-4, 2e-5. */
    static String scientific(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.isFinite(value) ? "0" : Double.toString(value);
        }
        String[] parts = String.format(Locale.ROOT, "%.2e", value).split("e", -1);
        String mantissa = parts[0].replaceAll("\\.?0+$", "");
        return mantissa + "e" + Integer.parseInt(parts[1]);
    }

    static String grouped(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,d", Math.round(value)) : Double.toString(value);
    }

    /** The two largest units: 3 d 4 h, 2 h 05 min, 3 min 10 s, 45 s. */
    static String duration(Duration duration) {
        long seconds = Math.max(0, (duration.toMillis() + 500) / 1000);
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
        }
        return seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
    }

    /** Binary units: 512 B, 1.5 GiB. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = bytes <= 0 ? 0 : (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        double scaled = bytes / Math.pow(1024, unit);
        return String.format(Locale.ROOT, unit == 0 || scaled >= 100 ? "%.0f %s" : "%.1f %s", scaled, units[unit]);
    }
}
