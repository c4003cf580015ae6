package dev.hone.cli;

import dev.hone.testkit.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code hone} in this process and catches what it prints. */
record Cli(int code, String out, String err) {
    /** A tiny model with tokenizer and chat template. */
    static final Path MODEL = Golden.path("runs", "init");

    static Cli run(String... args) { return withInput("", args); }

    static Cli withInput(String input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(List.of(args), new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Cli(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** With the tiny model, in float32. */
    static Cli model(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command, "--model", MODEL.toString(), "--dtype", "fp32"));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    List<String> lines() { return out.lines().toList(); }
}
