package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.model.Model;
import dev.hone.model.RewardModel;
import dev.hone.model.ValuedPolicy;
import dev.hone.tensor.Parameter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which parameters of a model train, and how fast: what lies below the trained layers is frozen, lower layers step less. */
final class ParameterPlan {
    private final Model model;
    private final LearningSettings settings;
    private final Map<Parameter, Integer> layerOf = new IdentityHashMap<>();
    private final Set<Parameter> below = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Parameter> heads = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int layers;

    private ParameterPlan(Model model, LearningSettings settings) {
        this.model = model;
        this.settings = settings;
        List<List<Parameter>> all = model.backbone().layers();
        layers = all.size();
        for (int layer = 0; layer < layers; layer++) {
            int index = layer;
            all.get(layer).forEach(parameter -> layerOf.put(parameter, index));
        }
        for (Parameter parameter : model.backbone().parameters()) {
            if (layerOf.containsKey(parameter)) {
                break;
            }
            below.add(parameter);
        }
        switch (model) {
            case Decoder decoder -> heads.add(decoder.head().weight());
            case RewardModel reward -> {
                heads.addAll(reward.parameters());
                reward.backbone().parameters().forEach(heads::remove);
                reward.adapter().ifPresent(adapter -> adapter.parameters().stream()
                        .filter(parameter -> !isHead(parameter, reward)).forEach(heads::remove));
            }
            case ActorCritic both -> {
                heads.add(both.policy().head().weight());
                both.critics().forEach(critic -> heads.addAll(critic.head().parameters().toList()));
            }
            case ValuedPolicy valued -> {
                heads.add(valued.policy().head().weight());
                heads.addAll(valued.heads().parameters().toList());
            }
        }
        heads.removeAll(below); // a tied head is the embedding
    }

    /** Whether it trains in the place of the score head. */
    private static boolean isHead(Parameter parameter, RewardModel reward) {
        return reward.head().parameters().anyMatch(own -> parameter.name().endsWith("." + own.name()));
    }

    /**
     * Freezes what the settings say.
     *
     * @throws dev.hone.config.ConfigException for more layers than the model has, all mistakes at once
     */
    static ParameterPlan of(Model model, LearningSettings settings) {
        ParameterPlan plan = new ParameterPlan(model, settings);
        String expected = "at most " + plan.layers + ", the layers of the model";
        new Checks().require(settings.numLayersUnfrozen() <= plan.layers, "num_layers_unfrozen",
                settings.numLayersUnfrozen(), expected)
                .require(settings.lisaActivatedLayers() <= plan.layers, "lisa_activated_layers",
                        settings.lisaActivatedLayers(), expected)
                .done();
        if (settings.numLayersUnfrozen() >= 0) {
            plan.freezeBelow(plan.layers - settings.numLayersUnfrozen());
        }
        return plan;
    }

    private void freezeBelow(int lowest) {
        below.forEach(parameter -> parameter.trainable(false));
        layerOf.forEach((parameter, layer) -> {
            if (layer < lowest) {
                parameter.trainable(false);
            }
        });
    }

    /** Layers at the bottom that backward never reaches. */
    int frozenLayers() {
        if (settings.lisaActivatedLayers() > 0 || below.stream().anyMatch(Parameter::trainable)) {
            return 0;
        }
        boolean elsewhere = model.adapter().stream().flatMap(adapter -> adapter.parameters().stream())
                .anyMatch(parameter -> !layerOf.containsKey(parameter) && !heads.contains(parameter));
        if (elsewhere) {
            return 0; // it may stand beside an embedding
        }
        return layerOf.entrySet().stream().filter(entry -> entry.getKey().trainable()).mapToInt(Map.Entry::getValue)
                .min().orElse(layers);
    }

    /** What the optimizer looks after. */
    Trainees trainees(OptimizerMemory memory) {
        return new Trainees(model.parameters(), this::rate, layerOf::containsKey, memory);
    }

    /** Multiplies the learning rate: decay to the power of how many layers stand above, embeddings one more. */
    double rate(Parameter parameter) {
        if (heads.contains(parameter)) {
            return settings.headLearningRate() > 0 ? settings.headLearningRate() / settings.learningRate() : 1;
        }
        int depth = below.contains(parameter)
                ? layers + 1
                : Optional.ofNullable(layerOf.get(parameter)).map(layer -> layers - layer).orElse(0);
        return Math.pow(settings.layerwiseLrDecay(), depth);
    }

    /** Layers drawn anew every so many steps, where that is asked for. */
    Optional<LayerDraws> draws(long seed) {
        return settings.lisaActivatedLayers() == 0
                ? Optional.empty()
                : Optional.of(new LayerDraws(model.backbone().layers(), settings.lisaActivatedLayers(),
                        settings.lisaIntervalSteps(), seed));
    }
}
