package dev.hone.train;

import dev.hone.tensor.Machine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is needed to say what a run was, and to do it again: {@code manifest.json}. Settings and command words that hold
 * secrets are masked when written.
 *
 * @param invocation how the run was started
 * @param configuration every setting, defaults included; values that JSON can hold, nested maps and lists too
 * @param versions of the program, the JDK, the tensor library and its binding
 * @param data digests of the files read
 * @param machine where it ran
 */
public record RunManifest(Invocation invocation, Map<String, Object> configuration, Map<String, String> versions,
        List<FileDigest> data, Machine machine) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * How the run was started.
     *
     * @param command the words of the command line
     * @param ended empty while the run goes on
     */
    public record Invocation(List<String> command, long seed, Instant started, Optional<Instant> ended) {
        public Invocation {
            command = List.copyOf(command);
        }
    }

    public RunManifest {
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
        data = List.copyOf(data);
    }

    /** The same run, now over. */
    public RunManifest ended(Instant end) {
        Invocation over = new Invocation(invocation.command(), invocation.seed(), invocation.started(),
                Optional.of(end));
        return new RunManifest(over, configuration, versions, data, machine);
    }

    /** The manifest as indented JSON, secrets masked. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        root.set("command", JSON.valueToTree(Secrets.masked(invocation.command())));
        root.put("seed", invocation.seed());
        root.put("started", invocation.started().toString());
        invocation.ended().ifPresent(end -> root.put("ended", end.toString()));
        root.set("configuration", Secrets.masked(configuration));
        root.set("versions", JSON.valueToTree(versions));
        root.set("data", JSON.valueToTree(data));
        root.set("machine", machineNode());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /**
     * Writes the manifest in one step: a reader never sees half of it.
     *
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    public void write(Path path) { RunFiles.replace(path, json().getBytes(StandardCharsets.UTF_8)); }

    private ObjectNode machineNode() {
        return JSON.createObjectNode().put("processors", machine.processors()).put("cpu", machine.cpu())
                .put("memory_bytes", machine.memoryBytes()).put("os", machine.os()).put("java", machine.java());
    }
}
