package dev.hone.cli;

import dev.hone.config.Nearest;
import java.util.Collection;

/** A word that names nothing here. */
final class UnknownNameException extends RuntimeException {
    private UnknownNameException(String message) { super(message); }

    static UnknownNameException command(String name) {
        return of("command", name, Commands.names(), "Run hone help for what each of them does.");
    }

    static UnknownNameException of(String kind, String name, Collection<String> known, String advice) {
        String near = Nearest.of(name, known).map(each -> " Did you mean " + each + "?").orElse("");
        String shown = name.replaceAll("\\p{Cntrl}", " ");
        return new UnknownNameException("there is no " + kind + " '" + shown + "', expected one of "
                + String.join(", ", known) + "." + near + " " + advice);
    }
}
