package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with an adapter is said before anything is trained, and nothing leaks. */
class AdapterMistakesTest {

    @TempDir
    Path temporary;

    private static Decoder llama() { return decoder("llama"); }

    private static Decoder decoder(String name) {
        return Decoder.load(Golden.path("models", name), DType.FLOAT32, Device.CPU);
    }

    private static void refused(LoraSpec spec, String... words) {
        try (Decoder model = llama()) {
            assertThatThrownBy(() -> Adapter.fresh(model, spec, "base", 1)).isInstanceOf(ModelException.class)
                    .hasMessageContainingAll(words);
            assertThat(model.trainableParameters()).isEqualTo(model.parameters());
            assertThat(model.adapter()).isEmpty();
        }
    }

    @Test
    void unknownNames() {
        refused(LoraSpec.of(2, 2, List.of("q_proj", "c_attn")), "target_modules names c_attn", "q_proj", "down_proj",
                "embed_tokens");
        refused(LoraSpec.of(2, 2, List.of("q_proj")).withModulesToSave(List.of("score")),
                "modules_to_save names score", "lm_head");
        refused(LoraSpec.of(2, 2, List.of()), "chooses no module");
        refused(LoraSpec.of(2, 2, List.of()).with(new LoraSpec.Targets(new LoraSpec.Pattern("q_proj"),
                new LoraSpec.Names(List.of()), List.of())), "chooses no module");
    }

    @Test
    void whatCannotBe() {
        refused(LoraSpec.of(2, 2, List.of("v_proj")).withModulesToSave(List.of("q_proj")), "one product", "k_proj");
        refused(LoraSpec.of(2, 2, List.of("embed_tokens")).withDora(true), "use_dora", "embed_tokens");
        refused(LoraSpec.of(49, 2, List.of("q_proj")).with(new LoraSpec.Pissa(OptionalInt.empty())), "rank 49",
                "at most 48");
        assertThatThrownBy(() -> LoraSpec.of(0, 2, List.of("q_proj"))).isInstanceOf(ModelException.class)
                .hasMessageContaining("r is 0");
        assertThatThrownBy(() -> LoraSpec.of(2, 0, List.of("q_proj"))).hasMessageContaining("lora_alpha is 0");
        assertThatThrownBy(() -> LoraSpec.allLinear(2, 2).withDropout(1)).hasMessageContaining("lora_dropout is 1");
        assertThatThrownBy(() -> LoraSpec.allLinear(2, 2).withDora(true)
                .with(new LoraSpec.Pissa(OptionalInt.empty()))).hasMessageContaining("pissa");
        assertThatThrownBy(() -> new LoraSpec.Ranks(2, 2, false, Map.of("q(", 2), Map.of()))
                .hasMessageContaining("q(").isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new LoraSpec.Ranks(2, 2, false, Map.of("q", 0), Map.of()))
                .hasMessageContaining("rank_pattern of q is 0");
    }

    @Test
    void whichModulesAreChosen() {
        chosen(new LoraSpec.Targets(new LoraSpec.Pattern(".*\\.1\\..*proj"), new LoraSpec.Names(List.of()), List.of()),
                7, "layers.1");
        chosen(new LoraSpec.Targets(new LoraSpec.AllLinear(), new LoraSpec.Names(List.of("o_proj")), List.of(0)), 6,
                "layers.0");
        chosen(new LoraSpec.Targets(new LoraSpec.Names(List.of("q_proj")), new LoraSpec.Pattern(".*\\.0\\..*"),
                List.of()), 1, "layers.1");
        chosen(new LoraSpec.Targets(new LoraSpec.Names(List.of("model.layers.1.mlp.up_proj")),
                new LoraSpec.Names(List.of()), List.of()), 1, "layers.1.mlp.up_proj");
    }

    private static void chosen(LoraSpec.Targets targets, int count, String inEach) {
        try (Decoder model = llama();
                Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 2).with(targets), "base", 1)) {
            List<String> names = adapter.parameters().stream().flatMap(p -> p.slices().stream())
                    .map(slice -> slice.name()).filter(name -> name.contains("lora_B")).toList();
            assertThat(names).hasSize(count).allMatch(name -> name.contains(inEach));
        }
    }

    @ParameterizedTest
    @CsvSource({"llama_qv, gpt2, not part of this adapter",
            "gpt2_c_attn, llama, not part of this adapter", "llama_qv, qwen3, shape",
            "qwen2_rank_pattern, mistral_sliding, ''"})
    void anotherBase(String adapter, String base, String word) {
        try (Decoder model = decoder(base)) {
            Path folder = Golden.path("lora", adapter);
            if (word.isEmpty()) {
                Adapter.load(model, folder).close(); // of the same shapes: nothing to see
                return;
            }
            assertThatThrownBy(() -> Adapter.load(model, folder)).isInstanceOf(ModelException.class)
                    .hasMessageContainingAll(word, "base_model_name_or_path", folder.toString());
            assertThat(model.trainableParameters()).isEqualTo(model.parameters());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"r\": 8 | \"r\": 4 | shape of", "\"r\": 8 | \"r\": 0 | r is 0",
            "\"v_proj\", | | not part of this adapter", "\"v_proj\", | \"v_proj\", \"o_proj\", | missing",
            "\"LORA\" | \"IA3\" | peft_type", "\"bias\": \"none\" | \"bias\": \"all\" | bias",
            "\"lora_bias\": false | \"lora_bias\": true | lora_bias",
            "\"target_parameters\": null | \"target_parameters\": [\"w\"] | target_parameters",
            "\"init_lora_weights\": true | \"init_lora_weights\": \"olora\" | init_lora_weights",
            "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa_niter_4\" | conversion",
            "\"use_dora\": false | \"use_dora\": true | missing",
            "\"lora_alpha\": 16 | \"lora_alpha\": -1 | lora_alpha",
            "\"rank_pattern\": {} | \"rank_pattern\": {\"v_proj\": \"x\"} | rank_pattern.v_proj",
            "\"lora_dropout\": 0.0 | \"lora_dropout\": 2 | lora_dropout", "{ | [ | JSON"})
    void aChangedConfiguration(String before, String after, String word) throws IOException {
        String text = Files.readString(Golden.path("lora", "llama_qv", "adapter_config.json"));
        assertThat(text).contains(before);
        Files.writeString(temporary.resolve("adapter_config.json"), text.replace(before, after == null ? "" : after));
        Files.copy(Golden.path("lora", "llama_qv", "adapter_model.safetensors"),
                temporary.resolve("adapter_model.safetensors"));
        try (Decoder model = llama()) {
            assertThatThrownBy(() -> Adapter.load(model, temporary)).isInstanceOf(ModelException.class)
                    .hasMessageContaining(word);
            assertThat(model.trainableParameters()).isEqualTo(model.parameters());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_config.json", "adapter_model.safetensors"})
    void aMissingFile(String missing) throws IOException {
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            if (!name.equals(missing)) {
                Files.copy(Golden.path("lora", "llama_qv", name), temporary.resolve(name));
            }
        }
        try (Decoder model = llama()) {
            assertThatThrownBy(() -> Adapter.load(model, temporary)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("no " + missing);
        }
    }

    @Test
    void afterMergeItIsNoAdapterAnyMore() {
        try (Decoder model = llama();
                Adapter adapter = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("q_proj")), "base", 1)) {
            adapter.merge();
            assertThat(adapter.isOn()).isFalse();
            assertThatThrownBy(adapter::on).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(adapter::merge).isInstanceOf(IllegalStateException.class);
        }
    }
}
