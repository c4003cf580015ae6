package dev.hone.text;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Python's {@code strftime} in the C locale. */
final class JinjaStrftime {
    private static final Map<Character, String> PATTERNS = Map.ofEntries(
            Map.entry('Y', "uuuu"), Map.entry('y', "uu"), Map.entry('m', "MM"), Map.entry('d', "dd"),
            Map.entry('B', "MMMM"), Map.entry('b', "MMM"), Map.entry('h', "MMM"), Map.entry('A', "EEEE"),
            Map.entry('a', "EEE"),
            Map.entry('H', "HH"), Map.entry('I', "hh"), Map.entry('M', "mm"), Map.entry('S', "ss"), Map.entry('p', "a"),
            Map.entry('j', "DDD"), Map.entry('f', "SSSSSS"), Map.entry('e', "ppd"),
            Map.entry('F', "uuuu-MM-dd"), Map.entry('T', "HH:mm:ss"), Map.entry('R', "HH:mm"),
            Map.entry('D', "MM/dd/uu"),
            Map.entry('x', "MM/dd/uu"), Map.entry('X', "HH:mm:ss"), Map.entry('c', "EEE MMM ppd HH:mm:ss uuuu"));

    private JinjaStrftime() {}

    static Object format(ZonedDateTime now, String format) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%' || i + 1 == format.length()) {
                result.append(format.charAt(i));
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            i += unpadded ? 2 : 1;
            String part = part(now, format.charAt(i));
            result.append(unpadded ? part.replaceFirst("^[0 ]+(?=.)", "") : part);
        }
        return result.toString();
    }

    private static String part(ZonedDateTime now, char directive) {
        return switch (directive) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
            // datetime.now() knows no zone
            case 'z', 'Z' -> "";
            default -> {
                String pattern = PATTERNS.get(directive);
                if (pattern == null) {
                    throw new JinjaError("strftime_now: the directive %" + directive
                            + " is not supported; supported are %"
                            + String.join(" %", PATTERNS.keySet().stream().map(String::valueOf).sorted().toList()));
                }
                yield DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
            }
        };
    }
}
