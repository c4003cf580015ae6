package dev.hone.cli;

import java.util.List;
import java.util.Optional;

/** All commands, in the order in which help lists them. A new one is a class and a line here. */
final class Commands {
    private static final List<Command> ALL = List.of(new QuickstartCommand(), new SftCommand(), new DataCommand(),
            new GenerateCommand(),
            new ChatCommand(), new ScoreCommand(), new DoctorCommand(), new ConfigCommand());

    private Commands() {}

    static List<Command> all() { return ALL; }

    static Optional<Command> find(String name) {
        return ALL.stream().filter(command -> command.manual().name().equals(name)).findFirst();
    }

    static List<String> names() { return ALL.stream().map(command -> command.manual().name()).toList(); }
}
