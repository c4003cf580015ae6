package dev.hone.train;

import dev.hone.config.Config;
import dev.hone.config.ConfigWriter;
import dev.hone.objective.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be set for a run.
 *
 * @param own records of the method: its objective, and what else it asks for
 */
public record JobSettings(ModelSettings model, DataSettings data, TrainingSettings training, LearningSettings learning,
        AdapterSettings adapter, RunSettings run, List<Record> own) {
    /** @throws dev.hone.config.ConfigException for an adapter that does not fit the rest */
    public JobSettings {
        own = List.copyOf(own);
        AdapterChecks.require(adapter, model, learning, own);
    }

    /** The records, for readers, help and schema; those of the method before those of the run. */
    public static List<Class<? extends Record>> types(List<Class<? extends Record>> own) {
        List<Class<? extends Record>> types = new ArrayList<>(List.of(ModelSettings.class, DataSettings.class,
                TrainingSettings.class, LearningSettings.class, AdapterSettings.class));
        types.addAll(own);
        types.add(RunSettings.class);
        return types;
    }

    /**
     * The settings that a reader of {@link #types} took in.
     *
     * @param own the method's own records, as they were given to {@link #types}
     */
    public static JobSettings of(Config config, List<Class<? extends Record>> own) {
        return new JobSettings(config.get(ModelSettings.class), config.get(DataSettings.class),
                config.get(TrainingSettings.class), config.get(LearningSettings.class),
                config.get(AdapterSettings.class), config.get(RunSettings.class),
                own.stream().<Record>map(config::get).toList());
    }

    /** The record of that type among the method's own. */
    <T> T own(Class<T> type) {
        return find(type).orElseThrow(
                () -> new IllegalArgumentException("settings without " + type.getSimpleName()));
    }

    /** The record of that type among the method's own, where it has one. */
    <T> Optional<T> find(Class<T> type) {
        return own.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** The objective among the method's own records. */
    Objective<?> objective() {
        return own.stream().filter(Objective.class::isInstance).map(record -> (Objective<?>) record).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("settings without an objective"));
    }

    Map<String, Object> toMap() {
        List<Record> all = new ArrayList<>(List.of(model, data, training, learning, adapter));
        all.addAll(own);
        all.add(run);
        return ConfigWriter.toMap(all.toArray(Record[]::new));
    }
}
