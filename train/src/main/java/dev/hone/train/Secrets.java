package dev.hone.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Keeps passwords, keys and access tokens out of what a run writes down, by the names of settings and the look of values. */
final class Secrets {
    static final String MASK = "***";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> ALWAYS = Set.of("secret", "secrets", "password", "passwd", "pwd", "passphrase",
            "credential",
            "credentials", "authorization", "bearer", "apikey", "cookie");
    private static final Set<String> KEY_OF = Set.of("api", "access", "private", "secret", "signing", "encryption",
            "auth", "account",
            "license", "ssh");
    /** Words before "token" that speak of text, not of access. */
    private static final Set<String> TEXT_TOKENS = Set.of("pad", "eos", "bos", "unk", "sep", "cls", "mask", "stop",
            "start", "end",
            "special", "image", "per", "last", "first", "eot", "eom", "additional", "added", "new", "decoder", "prefix",
            "by");
    private static final Pattern KNOWN_SHAPES = Pattern
            .compile("\\b(hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|AKIA[A-Z0-9]{16})\\b");
    private static final Pattern URL_PASSWORD = Pattern.compile("(://[^/\\s:@]*:)[^/\\s@]+(@)");

    private Secrets() {}

    /** Whether a setting of this name holds a secret: {@code hub_token}, {@code api-key}, {@code db.password}, not {@code pad_token}. */
    static boolean named(String name) {
        String[] words = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT).split("[^a-z0-9]+");
        for (int i = 0; i < words.length; i++) {
            boolean last = i == words.length - 1;
            String before = i == 0 ? "" : words[i - 1];
            if (ALWAYS.contains(words[i]) || last && words[i].equals("token") && !TEXT_TOKENS.contains(before)
                    || words[i].equals("key") && (KEY_OF.contains(before) || last && before.isEmpty())) {
                return true;
            }
        }
        return false;
    }

    /** A text with everything in it masked that looks like a key or a password in an address. */
    static String masked(String text) {
        return URL_PASSWORD.matcher(KNOWN_SHAPES.matcher(text).replaceAll(MASK)).replaceAll("$1" + MASK + "$2");
    }

    /** The settings as a tree without their secrets. */
    static ObjectNode masked(Map<String, ?> settings) {
        ObjectNode tree = JSON.valueToTree(settings);
        mask(tree);
        return tree;
    }

    /** The words of a command without their secrets: both {@code --hub_token=x} and {@code --hub_token x}. */
    static List<String> masked(List<String> command) {
        List<String> safe = new ArrayList<>();
        boolean secretNext = false;
        for (String word : command) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            boolean option = word.startsWith("-");
            if (secretNext && !option) {
                safe.add(MASK);
            } else if (equals > 0 && named(name)) {
                safe.add(name + "=" + MASK);
            } else {
                safe.add(masked(word));
            }
            secretNext = option && equals < 0 && named(name);
        }
        return safe;
    }

    private static void mask(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                JsonNode value = object.get(name);
                if (named(name) && !value.isNumber() && !value.isBoolean() && !value.isNull()) {
                    object.put(name, MASK);
                } else if (value.isString()) {
                    object.put(name, masked(value.stringValue()));
                } else {
                    mask(value);
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i).isString()) {
                    array.set(i, masked(array.get(i).stringValue()));
                } else {
                    mask(array.get(i));
                }
            }
        }
    }
}
