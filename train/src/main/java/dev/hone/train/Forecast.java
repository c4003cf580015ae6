package dev.hone.train;

import dev.hone.model.Census;
import dev.hone.objective.CostSignals;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Objectives;
import dev.hone.objective.PairSignals;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.Signals;
import dev.hone.objective.TokenScoreSignals;
import dev.hone.objective.TopMask;
import dev.hone.train.ForecastSettings.Sharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run will need on each device, from configurations alone: bytes by part, and seconds of a step.
 *
 * @param parts at their largest; those that are never there together count the larger
 * @param step seconds of a step by phase
 */
public record Forecast(List<Part> parts, Map<String, Double> step) {
    /** NF4 with block 64 and double quantisation, arXiv 2305.14314 §3. */
    private static final double QUANTISED = (4 + 8.0 / 64 + 32.0 / (64 * 256)) / 8;
    /** Java, libraries and compiled kernels of an idle process that has loaded a model. */
    private static final long PROCESS = 480_000_000;
    private static final int SLOTS = 64;
    private static final String POLICY = "policy";
    private static final String REFERENCE = "reference";
    /** Signals of two answers to a prompt. */
    private static final Set<Class<?>> PAIRED = Set.of(PairSignals.class, ScorePairSignals.class,
            TokenScoreSignals.class,
            CostSignals.class);
    private static final int MOST_TOKENS = 4096;

    public Forecast {
        parts = List.copyOf(parts);
    }

    /**
     * One part.
     *
     * @param name whose and what
     */
    public record Part(String name, double bytes) {}

    /** What runs: a model of a role. */
    private record Role(String name, Census census, boolean trains) {}

    /** @param reward of a reward model in the same process */
    public static Forecast of(ForecastSettings settings, Census policy, Optional<Census> reward) {
        Objectives.Entry entry = Objectives.find(settings.objective()).orElseThrow(
                () -> new IllegalArgumentException("objective is " + settings.objective()));
        return new Calculation(settings, entry, policy, reward).forecast();
    }

    /** Bytes on each device at the peak. */
    public double total() {
        return parts.stream().mapToDouble(Part::bytes).sum();
    }

    private static final class Calculation {
        private final ForecastSettings settings;
        private final Census policy;
        private final Optional<Census> reward;
        private final boolean online;
        private final boolean masked;
        private final boolean pairs;
        private final Objective<?> objective;
        private final Optional<ForecastHeads> heads;
        private final int bytes;

        Calculation(ForecastSettings settings, Objectives.Entry entry, Census policy, Optional<Census> reward) {
            this.settings = settings;
            this.policy = policy;
            this.reward = reward;
            this.objective = entry.make();
            Class<? extends Signals> signals = Objectives.signals(entry.type()).asSubclass(Signals.class);
            this.masked = entry.beside().contains(TopMask.class);
            this.online = signals == RolloutSignals.class;
            this.pairs = PAIRED.contains(signals);
            this.heads = signals == IlqlSignals.class ? Optional.of(new ForecastHeads(policy)) : Optional.empty();
            this.bytes = settings.dtype().dtype().bytes();
        }

        Forecast forecast() {
            List<Part> parts = new ArrayList<>();
            for (Role role : roles()) {
                weights(role, parts);
            }
            double activations = activations();
            double cache = online ? cache() : 0;
            heads.ifPresent(each -> {
                parts.add(new Part("heads for Q and V: weights and slow copies", each.weights()));
                parts.add(new Part("heads for Q and V: gradients and optimizer",
                        each.trained() * (ForecastHeads.BYTES + moments())));
            });
            parts.add(new Part("activations of a micro-batch of " + tokens() + " tokens", activations));
            parts.add(new Part("head: scores and their gradient", head()));
            if (cache > activations) {
                parts.add(new Part("key-value cache, beyond what activations take", cache - activations));
            }
            parts.add(new Part("process: Java, libraries, kernels", PROCESS));
            double share = trains() ? layers() / (double) policy.load().layers() : 0.5;
            return new Forecast(parts, new ForecastTime(settings, policy, online, roles().size() > 1).phases(share,
                    heads.map(ForecastHeads::products).orElse(0.0)));
        }

        /** Layers that backward reaches where all weights may train. */
        private int layers() {
            int all = policy.load().layers();
            return settings.numLayersUnfrozen() < 0 ? all : Math.min(all, settings.numLayersUnfrozen());
        }

        /** Numbers of the policy that train without an adapter, of which a reference has copies. */
        private long thawed() {
            return settings.numLayersUnfrozen() < 0 ? policy.parameters() : policy.top(layers());
        }

        /** Numbers that train. */
        private double trained(Role role) {
            Census census = role.census();
            return switch (settings.trainMode()) {
                case FULL -> role.name().equals(POLICY) ? thawed() : census.parameters();
                case LORA, QLORA -> census.adapter(settings.loraR());
                case PROMPT_TUNING -> (double) settings.numVirtualTokens() * census.load().hidden();
                case PREFIX_TUNING -> (double) settings.numVirtualTokens() * census.cachedPerToken();
            };
        }

        private boolean trains() { return settings.trainMode() == TrainMode.FULL; }

        private List<Role> roles() {
            List<Role> roles = new ArrayList<>(List.of(new Role(POLICY, policy, true)));
            boolean critic = objective.needs().contains(Need.VALUES);
            if (critic && settings.critic() == CriticSettings.Kind.SEPARATE) {
                roles.add(new Role("critic", reward.orElse(policy), true));
            }
            if (online && settings.reference() && trains()) {
                roles.add(new Role(REFERENCE, policy, false)); // an adapter switched off is the reference
            }
            if (masked) {
                roles.add(new Role("mask policy", policy, false));
            }
            reward.ifPresent(census -> roles.add(new Role("reward model", census, false)));
            return roles;
        }

        private void weights(Role role, List<Part> parts) {
            double own = (shares(role) ? thawed() : role.census().parameters()) * (double) bytes;
            if (role.trains() && settings.trainMode() == TrainMode.QLORA) {
                own = role.census().projected() * QUANTISED
                        + (role.census().parameters() - role.census().projected()) * (double) bytes;
            }
            parts.add(new Part(role.name() + ": weights", own / shards(Sharding.ZERO3)));
            if (role.trains()) {
                double trained = trained(role);
                if (!trains()) {
                    parts.add(new Part(role.name() + ": adapter", trained * bytes));
                }
                parts.add(new Part(role.name() + ": gradients", trained * bytes / shards(Sharding.ZERO2)));
                parts.add(new Part(role.name() + ": optimizer", trained * state() / shards(Sharding.ZERO1)));
            }
        }

        /** A reference beside a policy whose lower layers are frozen has copies of what trains alone. */
        private static boolean shares(Role role) {
            return role.name().equals(REFERENCE);
        }

        private double shards(Sharding from) {
            return settings.sharding().compareTo(from) >= 0 ? settings.devices() : 1;
        }

        /** Bytes of moments and master for each number that trains. */
        private double state() {
            return (bytes == 2 ? 4 : 0) + moments();
        }

        private double moments() {
            return switch (OptimizerKind.of(settings.optim())) {
                case ADAMW, ADAM -> 8;
                case ADAMW_8BIT -> 2.04;
                case SCHEDULE_FREE_ADAMW -> 8;
                case MUON, LION, RMSPROP, ADAGRAD -> 4;
                case SGD, ADAFACTOR -> 0.1;
            };
        }

        private long row() { return pairs ? 2L * settings.maxLength() : settings.maxLength(); }

        private long tokens() {
            long step = row() * Math.max(1, settings.rows() / settings.devices());
            long wanted = settings.microbatchTokens() > 0 ? settings.microbatchTokens() : Math.min(step, MOST_TOKENS);
            return Math.max(row(), wanted);
        }

        private double activations() {
            StepMemory memory = new StepMemory(policy.load(), bytes, settings.maxLength());
            int again = settings.gradientCheckpointing() ? (trains() ? layers() : policy.load().layers()) : 0;
            return (double) memory.perToken(trains() ? layers() : policy.load().layers(), again) * tokens();
        }

        private double head() {
            return StepMemory.head(policy.vocabulary(), bytes + heads.map(ForecastHeads::scored).orElse(0));
        }

        private double cache() {
            long slots = Math.min(SLOTS, Math.max(1, settings.rows() / settings.devices()));
            int models = masked ? 2 : 1; // the mask policy reads along
            return (double) models * slots * settings.maxLength() * policy.cachedPerToken() * bytes;
        }
    }
}
