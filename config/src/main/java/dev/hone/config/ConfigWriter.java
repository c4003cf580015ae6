package dev.hone.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.NonPrintableStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Records as plain values, from which a {@link ConfigReader} restores equal records. */
public final class ConfigWriter {
    private ConfigWriter() {}

    /**
     * Key to plain value (Boolean, Integer, Long, Double, String, List, Map), in the order of the components. Paths are texts, enum
     * constants their lower-case names; an empty Optional is left out.
     *
     * @throws IllegalArgumentException if two records declare the same key
     */
    public static Map<String, Object> toMap(List<? extends Record> records) {
        Map<String, Object> map = new LinkedHashMap<>();
        List<Keys.Group> groups = Keys.of(records.stream().map(Record::getClass).toList()).groups();
        for (int i = 0; i < groups.size(); i++) {
            Record record = records.get(i);
            groups.get(i).keys().forEach(key -> key.plain(record).ifPresent(value -> map.put(key.name(), value)));
        }
        return map;
    }

    /** See {@link #toMap(List)}. */
    public static Map<String, Object> toMap(Record... records) {
        return toMap(Arrays.asList(records));
    }

    /** {@link #toMap(List)} as a YAML file that {@link ConfigReader#read} restores. */
    public static String toYaml(Record... records) {
        return yaml(toMap(records));
    }

    static String yaml(Map<String, Object> values) {
        DumpSettings settings = DumpSettings.builder().setSchema(new CoreSchema()).setDefaultFlowStyle(FlowStyle.BLOCK)
                .setNonPrintableStyle(NonPrintableStyle.ESCAPE).setSplitLines(false).setDereferenceAliases(true)
                .build();
        return new Dump(settings).dumpToString(values);
    }
}
