package dev.hone.train;

import dev.hone.config.ConfigWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Everything that can be set for a run.
 *
 * @param own records of the method: its objective, and what else it asks for
 */
public record JobSettings(ModelSettings model, DataSettings data, TrainingSettings training, LearningSettings learning,
        RunSettings run, List<Record> own) {
    public JobSettings {
        own = List.copyOf(own);
    }

    /** The records, for readers, help and schema; those of the method before those of the run. */
    public static List<Class<? extends Record>> types(List<Class<? extends Record>> own) {
        List<Class<? extends Record>> types = new ArrayList<>(List.of(ModelSettings.class, DataSettings.class,
                TrainingSettings.class, LearningSettings.class));
        types.addAll(own);
        types.add(RunSettings.class);
        return types;
    }

    Map<String, Object> toMap() {
        List<Record> all = new ArrayList<>(List.of(model, data, training, learning));
        all.addAll(own);
        all.add(run);
        return ConfigWriter.toMap(all.toArray(Record[]::new));
    }
}
