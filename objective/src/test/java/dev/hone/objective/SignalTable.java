package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A step of a few rows for any objective: the values that it is differentiated by are one vector, and signals can be made of any
 * of its rows in any order.
 */
final class SignalTable {
    static final int ROWS = 4;
    private static final int CLASSES = 5;
    /** Tokens of rollouts that have a weight. */
    private static final int WEIGHTED = 8;

    private final Objective<?> objective;
    private final Class<?> signals;
    private final Field chosen;
    private final Field rejected;
    private final Field third;
    private final int values;
    private final Random random = new Random(11);
    private final double[] constants = random.doubles(64, 0.05, 3).toArray();

    /** Cells of rows that lie one after the other in the vector; row i has {@code lengths[i]} of them. */
    record Field(int offset, int... lengths) {
        int end() { return offset + Arrays.stream(lengths).sum(); }

        long[] cells(int[] order) {
            return Arrays.stream(order)
                    .flatMap(row -> IntStream.range(0, lengths[row]).map(i -> start(row) + i)).asLongStream().toArray();
        }

        long[] rows(int[] order) {
            return IntStream.range(0, order.length)
                    .flatMap(at -> IntStream.range(0, lengths[order[at]]).map(i -> at)).asLongStream().toArray();
        }

        private int start(int row) { return offset + Arrays.stream(lengths, 0, row).sum(); }
    }

    SignalTable(Objective<?> objective) {
        this.objective = objective;
        this.signals = Arrays.stream(objective.getClass().getMethods())
                .filter(method -> method.getName().equals("compute") && !method.isBridge()).findFirst().orElseThrow()
                .getParameterTypes()[0];
        boolean alike = signals == RolloutSignals.class || signals == IlqlSignals.class;
        boolean tokens = signals == PairSignals.class || signals == UnpairedSignals.class
                || signals == XpoSignals.class;
        this.chosen = tokens || alike
                ? new Field(0, 2, 4, 1, 3)
                : signals == ClassSignals.class
                        ? new Field(0, CLASSES, CLASSES, CLASSES, CLASSES)
                        : signals == RankedSignals.class || signals == TokenScoreSignals.class
                                ? new Field(0, 3, 2, 4, 2)
                                : new Field(0, 1, 1, 1, 1);
        this.rejected = tokens ? new Field(chosen.end(), 3, 1, 2, 2) : new Field(chosen.end(), chosen.lengths);
        this.third = alike ? new Field(rejected.end(), chosen.lengths) : new Field(rejected.end(), 1, 3, 2, 1);
        this.values = third.end();
    }

    static int[] all() { return IntStream.range(0, ROWS).toArray(); }

    /** Ordinary values: log-probs, or scores of both signs. */
    double[] ordinary() {
        double[] given = random.doubles(values, 0.05, 3).toArray();
        for (int i = 0; i < values; i++) {
            given[i] = isTokens() || i % 2 == 0 ? -given[i] : given[i];
        }
        return given;
    }

    /** Values 60 nats away from their reference, or scores of ±60; {@code up} says which side is high. */
    double[] extreme(boolean up) {
        double[] given = new double[values];
        for (int i = 0; i < values; i++) {
            boolean high = i < rejected.offset() == up;
            given[i] = isTokens() ? high ? -1e-7 : -60 : high ? 60 : -60;
        }
        return given;
    }

    private boolean isTokens() {
        return signals == PairSignals.class || signals == UnpairedSignals.class || signals == TokenSignals.class
                || signals == RolloutSignals.class || signals == XpoSignals.class || signals == IlqlSignals.class;
    }

    /** Loss of some rows of the step, whose totals stay those of the whole. */
    @SuppressWarnings("unchecked")
    Tensor loss(Tensor leaf, int[] order) {
        return ((Objective<Signals>) objective).compute(signals(leaf, order)).value();
    }

    @SuppressWarnings("unchecked")
    MetricTotals metrics(Tensor leaf, int[] order) {
        return ((Objective<Signals>) objective).metrics(signals(leaf, order)).read();
    }

    private Signals signals(Tensor leaf, int[] order) {
        Set<Need> needs = objective.needs();
        int tokens = Arrays.stream((needs.contains(Need.GOLD) ? third : chosen).lengths).sum();
        StepTotals totals = new StepTotals(ROWS, tokens);
        if (signals == RolloutSignals.class) {
            return rollouts(leaf, order);
        } else if (signals == IlqlSignals.class) {
            return givenRewards(leaf, order);
        } else if (signals == XpoSignals.class || signals == PairSignals.class) {
            PairSignals pairs = new PairSignals(completions(leaf, chosen, order), completions(leaf, rejected, order),
                    Optional.of(completions(leaf, third, order)).filter(any -> needs.contains(Need.GOLD)),
                    Optional.of(rows(leaf, order, 0)).filter(any -> needs.contains(Need.MARGINS)), totals);
            return signals == PairSignals.class ? pairs : new XpoSignals(pairs, signs(leaf, order, 0));
        }
        if (signals == UnpairedSignals.class) {
            return new UnpairedSignals(completions(leaf, chosen, order), signs(leaf, order, 0),
                    Optional.of(completions(mismatched(leaf), rejected, order)), Optional.of(rows(leaf, order, 5)),
                    new RunningMoments(1e15, 0.3, 0), totals); // a history so long that one step does not move it
        }
        return scores(leaf, order, totals);
    }

    private Signals scores(Tensor leaf, int[] order, StepTotals totals) {
        Tensor first = pick(leaf, chosen, order);
        Tensor second = pick(leaf, rejected, order);
        if (signals == TokenSignals.class) {
            return new TokenSignals(first, second, rows(leaf, order, 0), ROWS);
        } else if (signals == ScorePairSignals.class) {
            return new ScorePairSignals(first, second, Optional.of(rows(leaf, order, 0)), totals);
        } else if (signals == TokenScoreSignals.class) {
            return new TokenScoreSignals(first, second, Tensors.of(chosen.rows(order)), order.length, totals);
        } else if (signals == RankedSignals.class) {
            return new RankedSignals(first, Arrays.stream(order).map(row -> chosen.lengths[row]).boxed().toList(),
                    totals);
        } else if (signals == TargetSignals.class) {
            return new TargetSignals(first, rows(leaf, order, 0), totals);
        } else if (signals == ClassSignals.class) {
            long[] targets = Arrays.stream(order).asLongStream().toArray();
            return new ClassSignals(first.view(-1, CLASSES), Tensors.of(targets), totals);
        }
        Tensor plusMinus = signs(leaf, order, 0).mul(2).sub(1);
        return new CostSignals(first, second, plusMinus, signs(leaf, order, 1).mul(2).sub(1), totals);
    }

    /** Log-probs, values and entropy are the three fields; the advantage of every second row is below 0. */
    private RolloutSignals rollouts(Tensor leaf, int[] order) {
        Set<Need> needs = objective.needs();
        CompletionSignals completions = completions(leaf, chosen, order);
        Tensor signs = signs(leaf, order, 0).mul(2).sub(1).mul(rows(leaf, order, 3));
        Tensor old = leaf.min().item() == -60
                ? completions.logProbs().detach().add(60).neg()
                : cells(leaf, chosen, order).mul(0.9);
        Tensor values = cells(leaf, rejected, order);
        return new RolloutSignals(completions, old, signs.indexSelect(0, completions.rows()), weights(leaf, order),
                Optional.of(pick(leaf, third, order)).filter(any -> needs.contains(Need.ENTROPY)),
                Stream.of(new RolloutSignals.Critic(pick(leaf, rejected, order), values, values.mul(0.7)))
                        .filter(any -> needs.contains(Need.VALUES)).toList(),
                new StepTotals(ROWS, WEIGHTED), 6);
    }

    private IlqlSignals givenRewards(Tensor leaf, int[] order) {
        Tensor logProbs = pick(leaf, chosen, order);
        Tensor q = pick(leaf, rejected, order);
        Tensor values = pick(leaf, third, order);
        Tensor constant = cells(leaf, chosen, order);
        List<IlqlSignals.QHead> heads = List.of(new IlqlSignals.QHead(q, logProbs.neg()),
                new IlqlSignals.QHead(q.mul(0.5), values.square()));
        return new IlqlSignals(logProbs, heads, constant, values, constant.mul(0.5), constant.add(1),
                weights(leaf, order), new StepTotals(ROWS, WEIGHTED));
    }

    /** One token of the second row is left out, and the third row as a whole. */
    private Tensor weights(Tensor leaf, int[] order) {
        return like(leaf, Arrays.stream(chosen.cells(order)).mapToDouble(cell -> cell == 3 || cell == 6 ? 0 : 1)
                .toArray());
    }

    private CompletionSignals completions(Tensor leaf, Field field, int[] order) {
        Tensor logProbs = pick(leaf, field, order);
        boolean extreme = leaf.min().item() == -60;
        // the reference of an extreme table lies at the other end
        Tensor reference = extreme ? logProbs.detach().add(60).neg() : cells(leaf, field, order);
        return new CompletionSignals(logProbs, Optional.of(reference).filter(
                any -> objective.needs().contains(Need.REFERENCE)), logProbs.detach().mul(0).add(1),
                Tensors.of(field.rows(order)), order.length, Optional.of(cells(leaf, field, order)));
    }

    /** Values that do not move with the leaf's, a little above their reference; the extreme ones as they are. */
    private Tensor mismatched(Tensor leaf) {
        return leaf.min().item() == -60
                ? leaf.detach()
                : like(leaf, Arrays.stream(constants, 0, values).map(value -> -0.5 * value).toArray());
    }

    private Tensor cells(Tensor leaf, Field field, int[] order) {
        double[] given = Arrays.stream(field.cells(order)).mapToDouble(cell -> -constants[(int) cell]).toArray();
        return like(leaf, given);
    }

    private Tensor rows(Tensor leaf, int[] order, int from) {
        return like(leaf, Arrays.stream(order).mapToDouble(row -> constants[from + row]).toArray());
    }

    /** 1 for every second row, 0 for the others. */
    private static Tensor signs(Tensor leaf, int[] order, int shift) {
        return like(leaf, Arrays.stream(order).mapToDouble(row -> (row + shift) % 2).toArray());
    }

    private static Tensor pick(Tensor leaf, Field field, int[] order) {
        return leaf.indexSelect(0, Tensors.of(field.cells(order)));
    }

    private static Tensor like(Tensor leaf, double[] given) {
        Tensor wide = Tensors.of(given);
        return leaf.dtype() == DType.FLOAT64 ? wide : wide.to(leaf.dtype());
    }

    /** Every registered objective with its defaults, and the forms that settings choose. */
    static List<Variant> variants() {
        List<Variant> all = new ArrayList<>();
        Objectives.all().forEach(entry -> all.add(Variant.of(entry.name())));
        Objectives.online().forEach(entry -> all.add(Variant.of(entry.name())));
        all.addAll(online());
        for (PairLoss form : PairLoss.values()) {
            all.add(Variant.of("dpo", "loss_type", form.name().toLowerCase(java.util.Locale.ROOT)));
            if (form.reads(PairLoss.Reads.SMOOTHING)) {
                all.add(Variant.of("dpo", "loss_type", form.name().toLowerCase(java.util.Locale.ROOT),
                        "label_smoothing",
                        "0.1"));
            }
        }
        for (String divergence : List.of("forward_kl", "js_divergence", "alpha_divergence")) {
            all.add(Variant.of("dpo", "f_divergence_type", divergence, "beta", "0.3"));
        }
        all.add(Variant.of("dpo", "ld_alpha", "0.4"));
        all.add(Variant.of("dpo", "rpo_alpha", "0.7", "loss_type", "ipo"));
        all.add(Variant.of("dpo", "reference_free", "true"));
        all.add(Variant.of("dpo", "use_weighting", "true"));
        all.add(Variant.of("dpo", "loss_type", "sigmoid,bco_pair,sft", "loss_weights", "0.8,0.2,1"));
        for (String form : List.of("hinge", "ipo", "simpo")) {
            all.add(Variant.of("cpo", "loss_type", form));
        }
        all.add(Variant.of("cpo", "loss_type", "simpo", "alpha", "0.25", "label_smoothing", "0.1"));
        all.add(Variant.of("simpo", "alpha", "-0.25"));
        all.add(Variant.of("kto", "loss_type", "apo_zero_unpaired", "undesirable_weight", "1.3"));
        all.add(Variant.of("bco", "density_ratio", "true"));
        for (String form : List.of("hinge", "ipo", "tpo_l")) {
            all.add(Variant.of("tpo", "loss_type", form, "beta", "0.2"));
        }
        all.add(Variant.of("reward", "center_rewards_coefficient", "0.01", "reward_l2", "0.1", "label_smoothing",
                "0.2"));
        all.add(Variant.of("reward-ranked", "label_smoothing", "0.2"));
        all.add(Variant.of("reward-bins", "label_smoothing", "0.2"));
        return all;
    }

    private static List<Variant> online() {
        List<Variant> all = new ArrayList<>();
        for (GrpoLoss form : GrpoLoss.values()) {
            String name = form.name().toLowerCase(java.util.Locale.ROOT);
            for (String level : List.of("token", "sequence", "sequence_token")) {
                all.add(Variant.of("grpo", "loss_type", name, "beta", "0.1", "entropy_coef", "0.05", "epsilon_high",
                        "1.7", "importance_sampling_level", level));
            }
        }
        all.add(Variant.of("grpo", "delta", "1.5", "loss_type", "grpo", "use_bias_correction_kl", "false", "beta",
                "1"));
        all.add(Variant.of("grpo", "top_entropy_quantile", "0.6"));
        all.add(Variant.of("grpo", "off_policy_mask_threshold", "0.1"));
        all.add(Variant.of("gmpo", "beta", "0.2", "entropy_coef", "0.1"));
        all.add(Variant.of("rloo", "epsilon_high", "0.9"));
        for (String name : List.of("ppo", "a2c", "reinforce", "reinforce++")) {
            all.add(Variant.of(name, "entropy_coef", "0.2"));
        }
        all.add(Variant.of("xpo", "loss_type", "ipo", "alpha", "0.2"));
        all.add(Variant.of("ilql", "beta", "0.5", "tau", "0.6"));
        return all;
    }

    /** A name and what differs from its defaults. */
    record Variant(String name, java.util.Map<String, Object> settings) {
        static Variant of(String name, String... keysAndValues) {
            java.util.Map<String, Object> settings = new java.util.TreeMap<>();
            for (int i = 0; i < keysAndValues.length; i += 2) {
                String[] parts = keysAndValues[i + 1].split(",");
                settings.put(keysAndValues[i], parts.length == 1
                        ? typed(parts[0])
                        : Arrays.stream(parts)
                                .map(SignalTable::typed).toList());
            }
            return new Variant(name, settings);
        }

        Objective<?> objective() { return Objectives.find(name).orElseThrow().make(settings); }
    }

    private static Object typed(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("-?[0-9.]+") ? (Object) Double.valueOf(text) : text;
    }
}
