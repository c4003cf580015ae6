package dev.hone.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** What is known of the stages of earlier runs: {@code pipeline.json} in the folder of the pipeline. */
final class PipelineState {
    static final String FILE = "pipeline.json";
    private static final String DONE = "done";
    private static final String BEGUN = "begun";

    private final Path file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * One stage.
     *
     * @param done whether it came to its end
     * @param digest of its settings and inputs
     * @param settings as text, to tell which changed
     * @param seconds that it took in all
     * @param numbers what it measured
     */
    record Entry(boolean done, String digest, Map<String, String> settings, double seconds,
            Map<String, Double> numbers) {

        /** The settings that are others now. */
        List<String> changed(Map<String, String> now) {
            TreeSet<String> names = new TreeSet<>(settings.keySet());
            names.addAll(now.keySet());
            return names.stream().filter(name -> !settings.getOrDefault(name, "").equals(now.getOrDefault(name, "")))
                    .toList();
        }
    }

    private PipelineState(Path file) { this.file = file; }

    static PipelineState read(Path out) {
        PipelineState state = new PipelineState(out.resolve(FILE));
        JsonFile.read(state.file).ifPresent(json -> json.path("stages").properties()
                .forEach(stage -> state.entries.put(stage.getKey(), entry(stage.getValue()))));
        return state;
    }

    private static Entry entry(JsonNode json) {
        Map<String, String> settings = new LinkedHashMap<>();
        json.path("settings").properties().forEach(each -> settings.put(each.getKey(), each.getValue().asString("")));
        Map<String, Double> numbers = new LinkedHashMap<>();
        json.path("numbers").properties().forEach(each -> numbers.put(each.getKey(), each.getValue().asDouble(0)));
        return new Entry(json.path("state").asString("").equals(DONE), json.path("digest").asString(""), settings,
                json.path("seconds").asDouble(0), numbers);
    }

    Optional<Entry> find(String stage) { return Optional.ofNullable(entries.get(stage)); }

    /** Whether it came to its end and left what it was to make. */
    boolean isDone(PipelineStage stage) {
        return find(stage.name()).filter(Entry::done).isPresent()
                && (!stage.makesModel() || Files.isDirectory(stage.model()));
    }

    void put(String stage, Entry entry) {
        entries.put(stage, entry);
        Map<String, Object> stages = new LinkedHashMap<>();
        entries.forEach((name, each) -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("state", each.done() ? DONE : BEGUN);
            json.put("digest", each.digest());
            json.put("seconds", each.seconds());
            json.put("numbers", finite(each.numbers()));
            json.put("settings", each.settings());
            stages.put(name, json);
        });
        JsonFile.write(file, Map.of("stages", stages));
    }

    /** JSON has no other numbers. */
    private static Map<String, Double> finite(Map<String, Double> numbers) {
        Map<String, Double> finite = new LinkedHashMap<>(numbers);
        finite.values().removeIf(value -> !Double.isFinite(value));
        return finite;
    }
}
