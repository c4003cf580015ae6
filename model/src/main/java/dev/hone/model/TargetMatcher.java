package dev.hone.model;

import dev.hone.model.LoraSpec.AllLinear;
import dev.hone.model.LoraSpec.Choice;
import dev.hone.model.LoraSpec.Names;
import dev.hone.model.LoraSpec.Pattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/** Which modules an adapter changes, by the rules of PEFT. */
final class TargetMatcher {
    private static final java.util.regex.Pattern LAYER = java.util.regex.Pattern
            .compile(".*?\\.[^.]*\\.(?<index>\\d+)\\..*");
    /** What PEFT saves whole of every model that scores. */
    private static final List<String> SCORE_HEADS = List.of("classifier", "score");

    /** Empty for an adapter that has nothing beside modules. */
    private final Optional<LoraSpec.Targets> targets;
    private final List<String> named;
    private final List<String> saved;
    private final Set<String> linears;
    /** Whether the model has a score head, for which PEFT names both that there are. */
    private final boolean scores;

    private TargetMatcher(AdapterSpec spec, List<String> saved, Set<String> linears, boolean scores) {
        this.targets = spec instanceof LoraSpec lora ? Optional.of(lora.targets()) : Optional.empty();
        this.named = spec.modulesToSave();
        this.saved = saved;
        this.linears = linears;
        this.scores = scores;
    }

    static TargetMatcher of(AdapterSpec spec, Model model) {
        List<String> saved = new ArrayList<>(spec.modulesToSave());
        if (model instanceof RewardModel reward) {
            saved.addAll(SCORE_HEADS);
            reward.fresh().stream().map(Held::module).filter(module -> !isSaved(module, saved)).forEach(saved::add);
        }
        Modules modules = Modules.of(model);
        Set<String> linears = modules.linears().stream().flatMap(linear -> linear.held().modules().stream())
                .collect(Collectors.toCollection(HashSet::new));
        modules.output().ifPresent(head -> linears.removeAll(head.held().modules()));
        return new TargetMatcher(spec, saved.stream().distinct().toList(), linears, model instanceof RewardModel);
    }

    /** Names of modules that train as a whole, with those that every model with a score head has. */
    List<String> saved() {
        return saved;
    }

    /** Whether a module trains as a whole: it or what it is part of ends in a name to save. */
    boolean saves(String module) {
        return isSaved(module, saved);
    }

    private static boolean isSaved(String module, List<String> names) {
        for (int end = module.length(); end > 0; end = module.lastIndexOf('.', end - 1)) {
            String part = module.substring(0, end);
            if (names.stream().anyMatch(part::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a projection or a table gets thin matrices beside it. */
    boolean targets(String module) {
        return targets.filter(each -> isIn(each.layers(), module) && chosen(each.chosen(), module)
                && !chosen(each.excluded(), module) && !saves(module)).isPresent();
    }

    private static boolean isIn(List<Integer> layers, String module) {
        return layers.isEmpty() || layer(module).filter(layers::contains).isPresent();
    }

    private boolean chosen(Choice choice, String module) {
        return switch (choice) {
            case Names(List<String> names) -> names.stream().anyMatch(name -> named(name, module));
            case Pattern(String regex) -> Patterns.matches(regex, module);
            case AllLinear() -> linears.contains(module);
        };
    }

    private static boolean named(String name, String module) {
        return module.equals(name) || module.endsWith("." + name);
    }

    private static Optional<Integer> layer(String module) {
        Matcher matcher = LAYER.matcher(module);
        return matcher.matches() ? Optional.of(Integer.valueOf(matcher.group("index"))) : Optional.empty();
    }

    /** @throws ModelException for a name that no module has, and where nothing at all is chosen */
    void requireKnown(List<String> modules) {
        targets.ifPresent(each -> requireTargets(each, modules));
        named.stream().filter(name -> !scores || !SCORE_HEADS.contains(name))
                .forEach(name -> require("modules_to_save", name,
                        modules.stream().anyMatch(module -> isSaved(module, List.of(name))), modules));
    }

    private void requireTargets(LoraSpec.Targets wanted, List<String> modules) {
        if (wanted.chosen() instanceof Names(List<String> names)) {
            names.forEach(name -> require("target_modules", name,
                    modules.stream().anyMatch(module -> named(name, module)), modules));
        }
        if (modules.stream().noneMatch(this::targets)) {
            throw new ModelException("target_modules " + wanted.chosen() + " chooses no module of this model:"
                    + " expected some of " + known(modules));
        }
    }

    private static void require(String key, String name, boolean there, List<String> modules) {
        if (!there) {
            throw new ModelException(
                    key + " names " + name + ", which this model lacks: expected the end of the name of"
                            + " one of its modules, for example of " + known(modules));
        }
    }

    private static String known(List<String> modules) {
        return modules.stream().map(module -> module.substring(module.lastIndexOf('.') + 1)).distinct().sorted()
                .collect(Collectors.joining(", "));
    }
}
