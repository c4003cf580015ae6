package dev.hone.model;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What a LoRA adapter is (arXiv 2106.09685), in PEFT's terms.
 *
 * @param targets which modules get one
 * @param ranks how wide it is and how strong
 * @param dropout probability on what it reads, while training, in [0, 1)
 * @param dora whether the length of each row trains on its own (arXiv 2402.09353)
 * @param start where it begins
 * @param modulesToSave modules that train as a whole, by the end of their names
 */
public record LoraSpec(Targets targets, Ranks ranks, double dropout, boolean dora, Start start,
        List<String> modulesToSave) implements AdapterSpec {

    public LoraSpec {
        modulesToSave = List.copyOf(modulesToSave);
        if (!(dropout >= 0 && dropout < 1)) {
            throw new ModelException("lora_dropout is " + dropout + ", expected at least 0 and less than 1");
        }
        if (dora && start instanceof Pissa) {
            throw new ModelException("use_dora together with the start pissa: both change what the length of a row is."
                    + " Choose one of them");
        }
    }

    /** A plain adapter on modules by the end of their names. */
    public static LoraSpec of(int r, double alpha, List<String> modules) {
        return new LoraSpec(new Targets(new Names(modules), new Names(List.of()), List.of()), Ranks.of(r, alpha), 0,
                false, new KaimingUniform(), List.of());
    }

    /** A plain adapter on every projection but the last of the model. */
    public static LoraSpec allLinear(int r, double alpha) {
        return of(r, alpha, List.of()).with(new Targets(new AllLinear(), new Names(List.of()), List.of()));
    }

    public LoraSpec with(Targets other) { return new LoraSpec(other, ranks, dropout, dora, start, modulesToSave); }

    public LoraSpec with(Ranks other) { return new LoraSpec(targets, other, dropout, dora, start, modulesToSave); }

    public LoraSpec with(Start other) { return new LoraSpec(targets, ranks, dropout, dora, other, modulesToSave); }

    public LoraSpec withDropout(double other) {
        return new LoraSpec(targets, ranks, other, dora, start, modulesToSave);
    }

    public LoraSpec withDora(boolean other) {
        return new LoraSpec(targets, ranks, dropout, other, start, modulesToSave);
    }

    public LoraSpec withModulesToSave(List<String> other) {
        return new LoraSpec(targets, ranks, dropout, dora, start, other);
    }

    /**
     * Which modules.
     *
     * @param chosen those that get an adapter
     * @param excluded those that get none all the same; not {@link AllLinear}
     * @param layers only of these layers, counted from 0; all where empty; not for a {@link Pattern}
     */
    public record Targets(Choice chosen, Choice excluded, List<Integer> layers) {
        public Targets {
            layers = List.copyOf(layers);
            if (excluded instanceof AllLinear) {
                throw new ModelException("exclude_modules is all-linear: expected names or a pattern");
            }
            if (!layers.isEmpty() && chosen instanceof Pattern) {
                throw new ModelException("layers_to_transform together with a pattern for target_modules: say the"
                        + " layers in the pattern");
            }
        }
    }

    /** A choice of modules. */
    public sealed interface Choice permits Names, Pattern, AllLinear {}

    /**
     * By whole names or by their last parts.
     *
     * @param names such as {@code q_proj} or {@code self_attn.q_proj}
     */
    public record Names(List<String> names) implements Choice {
        public Names {
            names = List.copyOf(names);
        }
    }

    /**
     * By a pattern that the whole name fits.
     *
     * @param regex a regular expression
     */
    public record Pattern(String regex) implements Choice {
        public Pattern {
            Patterns.compile(regex);
        }
    }

    /** Every projection but the language-model head or the score head. */
    public record AllLinear() implements Choice {}

    /**
     * The rank r of each module, and its scale: alpha / r, or alpha / √r with rsLoRA (arXiv 2312.03732).
     *
     * @param r of modules that no pattern names
     * @param alpha of modules that no pattern names
     * @param rslora whether the root is taken
     * @param rankPattern ranks by a regular expression for the end of a name
     * @param alphaPattern the same for alpha
     */
    public record Ranks(int r, double alpha, boolean rslora, Map<String, Integer> rankPattern,
            Map<String, Double> alphaPattern) {
        public Ranks {
            rankPattern = java.util.Collections.unmodifiableMap(new TreeMap<>(rankPattern));
            alphaPattern = java.util.Collections.unmodifiableMap(new TreeMap<>(alphaPattern));
            requirePositive("r", r);
            rankPattern.forEach((name, rank) -> requirePositive("rank_pattern of " + name, rank));
            rankPattern.keySet().forEach(Patterns::compile);
            alphaPattern.keySet().forEach(Patterns::compile);
            if (!(alpha > 0)) {
                throw new ModelException("lora_alpha is " + alpha + ", expected more than 0");
            }
        }

        public static Ranks of(int r, double alpha) { return new Ranks(r, alpha, false, Map.of(), Map.of()); }

        private static void requirePositive(String what, int rank) {
            if (rank < 1) {
                throw new ModelException(what + " is " + rank + ", expected at least 1");
            }
        }

        int rank(String module) { return Patterns.ofEnd(rankPattern, module).orElse(r); }

        double scale(String module) {
            double own = Patterns.ofEnd(alphaPattern, module).orElse(alpha);
            return own / (rslora ? Math.sqrt(rank(module)) : rank(module));
        }
    }

    /** Where an adapter begins. */
    public sealed interface Start permits KaimingUniform, Gaussian, Pissa {}

    /** A uniform in ±1/√I, B zero: the adapter changes nothing at first. */
    public record KaimingUniform() implements Start {}

    /** A normal with deviation 1/r, B zero. */
    public record Gaussian() implements Start {}

    /**
     * The largest singular values and vectors of the matrix (arXiv 2404.02948).
     *
     * @param iterations of a randomised decomposition; the exact one where empty
     */
    public record Pissa(OptionalInt iterations) implements Start {
        public Pissa {
            if (iterations.isPresent() && iterations.getAsInt() < 1) {
                throw new ModelException("pissa_niter_" + iterations.getAsInt() + ": expected at least 1 iteration");
            }
        }
    }
}
