package dev.hone.cli;

import dev.hone.objective.Objectives;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All commands, in the order in which help lists them. A new one is a class and a line here. */
final class Commands {
    private static final List<Command> ALL = Stream.of(Stream.<Command>of(new QuickstartCommand(), new SftCommand()),
            Objectives.all().stream().filter(entry -> !entry.name().equals("sft"))
                    .<Command>map(TrainCommand::new),
            Objectives.online().stream().filter(entry -> !entry.beside().isEmpty())
                    .<Command>map(OnlineCommand::new),
            Stream.<Command>of(new GateCommand(), new EvaluateCommand(), new PipelineCommand(), new DataCommand(),
                    new GenerateCommand(), new ChatCommand(), new ScoreCommand(),
                    new DoctorCommand(), new ConfigCommand()))
            .flatMap(commands -> commands).toList();

    private Commands() {}

    static List<Command> all() { return ALL; }

    static Optional<Command> find(String name) {
        return ALL.stream().filter(command -> command.manual().name().equals(name)).findFirst();
    }

    static List<String> names() { return ALL.stream().map(command -> command.manual().name()).toList(); }
}
