package dev.hone.cli;

import dev.hone.cli.StageCommand.Makes;
import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.config.Problem;
import dev.hone.config.StagedFile.Section;
import dev.hone.train.ModelSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The models that earlier stages make, and the words that stand for them: {@code previous} and {@code stage NAME}. */
final class PipelineModels {
    static final String PREVIOUS = "previous";
    private static final String STAGE = "stage ";
    private static final Path NONE = Path.of("none");
    private static final String BEFORE = "before";
    private static final List<String> MODEL = List.of("model", "model_name_or_path");
    /** Keys that name a model, and which kind of model {@code previous} means there. */
    private static final Map<String, Makes> KEYS = Map.of("model", Makes.POLICY, "model_name_or_path", Makes.POLICY,
            BEFORE,
            Makes.POLICY, "ref_model", Makes.POLICY, "reward_model", Makes.REWARD_MODEL, "reward_model_path",
            Makes.REWARD_MODEL, "value_model", Makes.REWARD_MODEL);

    private final Map<String, Made> made = new LinkedHashMap<>();

    private record Made(Makes makes, Path model, Optional<Path> start, List<String> startUses) {}

    /**
     * A section without words for models.
     *
     * @param section with folders in their place
     * @param uses the stages that make them
     * @param folders of those models
     */
    record Resolved(Section section, List<String> uses, Set<Path> folders) {}

    boolean has(String name) { return made.containsKey(name); }

    /** A stage that is known from now on; its settings, where they could be read, tell what it started from. */
    void add(String name, Makes makes, Path model, Optional<Config> config) {
        Optional<Path> start = makes == Makes.POLICY
                ? config.map(settings -> settings.get(ModelSettings.class).model())
                : Optional.empty();
        made.put(name, new Made(makes, model, start, start.flatMap(this::maker).stream().toList()));
    }

    private Optional<String> maker(Path model) {
        return made.entrySet().stream().filter(each -> each.getValue().model().equals(model)).map(Map.Entry::getKey)
                .findFirst();
    }

    private Optional<String> last(Makes makes) {
        return made.entrySet().stream().filter(each -> each.getValue().makes() == makes).map(Map.Entry::getKey)
                .reduce((first, second) -> second);
    }

    /** Replaces the words; where no model is named, it is that of the last stage that made a policy. */
    Resolved resolve(Section section, ConfigReader reader, List<Problem> problems) {
        Resolving resolving = new Resolving(section, problems);
        KEYS.keySet().stream().sorted().filter(section.keys()::contains).forEach(resolving::key);
        if (reader.knows("model") && MODEL.stream().noneMatch(section.keys()::contains)) {
            last(Makes.POLICY).ifPresent(stage -> resolving.use("model", stage));
        }
        if (reader.knows(BEFORE) && !section.keys().contains(BEFORE)) {
            resolving.startOfModel();
        }
        return new Resolved(resolving.section, List.copyOf(resolving.uses), Set.copyOf(resolving.folders));
    }

    /** One section on its way. */
    private final class Resolving {
        private final List<Problem> problems;
        private final Set<String> uses = new LinkedHashSet<>();
        private final Set<Path> folders = new LinkedHashSet<>();
        private Section section;

        Resolving(Section section, List<Problem> problems) {
            this.section = section;
            this.problems = problems;
        }

        void key(String key) {
            String text = section.text(key).orElse("");
            if (text.equals(PREVIOUS)) {
                Makes wanted = KEYS.getOrDefault(key, Makes.POLICY);
                last(wanted).ifPresentOrElse(stage -> use(key, stage), () -> refuse(key,
                        "a folder, as no stage before this one makes a "
                                + (wanted == Makes.POLICY ? "policy" : "reward model")));
            } else if (text.startsWith(STAGE)) {
                String name = text.substring(STAGE.length()).strip();
                Made stage = made.get(name);
                if (stage == null || stage.makes() == Makes.NOTHING) {
                    refuse(key, "a stage before this one that makes a model: " + String.join(", ", made.entrySet()
                            .stream().filter(each -> each.getValue().makes() != Makes.NOTHING).map(Map.Entry::getKey)
                            .toList()));
                } else {
                    use(key, name);
                }
            }
        }

        private void refuse(String key, String expected) {
            problems.add(section.problem(key, expected, "Stages can use what was made before them."));
            folders.add(NONE);
            section = section.with(key, NONE.toString()); // so that it is not missed as well
        }

        void use(String key, String stage) {
            Path model = Optional.ofNullable(made.get(stage)).orElseThrow().model();
            section = section.with(key, model.toString());
            uses.add(stage);
            folders.add(model);
        }

        /** What the stage that made the model began with is what it is compared with. */
        void startOfModel() {
            section.text("model").map(Path::of).flatMap(PipelineModels.this::maker).map(made::get)
                    .ifPresent(stage -> stage.start().ifPresent(start -> {
                        section = section.with(BEFORE, start.toString());
                        uses.addAll(stage.startUses());
                        if (!stage.startUses().isEmpty()) {
                            folders.add(start);
                        }
                    }));
        }
    }

    /** The keys that name a model. */
    static List<String> keys() { return KEYS.keySet().stream().sorted().toList(); }
}
