package dev.hone.cli;

import dev.hone.config.JsonSchema;
import dev.hone.config.YamlTemplate;
import java.util.ArrayList;
import java.util.List;

/** {@code hone config}: the settings of a command as a schema or as a file to start from. */
final class ConfigCommand implements Command {
    private static final List<String> FLAGS = List.of("--show", "--command");

    @Override
    public Manual manual() {
        return new Manual("config", "print a command's settings as JSON schema or as commented YAML",
                "schema|template [COMMAND]", """
                        schema prints a JSON schema (draft 2020-12) of the command's configuration file, with which an
                        editor completes and checks it. template prints a YAML file with every setting, its meaning
                        and its default.
                        """,
                List.of("hone config template score > score.yaml",
                        "hone config schema generate > generate.schema.json"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(ConfigSettings.class); }

    @Override
    public List<String> flags(List<String> words) {
        List<String> flags = new ArrayList<>();
        int plain = 0;
        while (plain < Math.min(words.size(), FLAGS.size()) && !words.get(plain).startsWith("-")) {
            flags.add(FLAGS.get(plain));
            flags.add(words.get(plain++));
        }
        flags.addAll(words.subList(plain, words.size()));
        return flags;
    }

    @Override
    public int run(Call call, Terminal terminal) {
        ConfigSettings settings = call.get(ConfigSettings.class);
        Command command = Commands.find(settings.command())
                .orElseThrow(() -> UnknownNameException.command(settings.command()));
        if (settings.show() == ConfigSettings.Form.SCHEMA) {
            terminal.result(JsonSchema.of(command.settings()));
        } else {
            terminal.result("# hone " + command.manual().name() + ": " + command.manual().summary() + "\n# Usage: hone "
                    + command.manual().name() + " FILE.yaml [--key value …]\n");
            terminal.out().print(YamlTemplate.of(command.settings()));
        }
        return 0;
    }
}
