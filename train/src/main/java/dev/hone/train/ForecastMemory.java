package dev.hone.train;

import dev.hone.model.Census;
import dev.hone.model.KvCache;
import dev.hone.rollout.EngineLimits;
import dev.hone.tensor.DType;
import dev.hone.tensor.Machine;
import dev.hone.train.Forecast.Part;
import dev.hone.train.ForecastSettings.Sharding;
import dev.hone.train.StepMemory.Keeping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The bytes of a run by part, at the moments of a step at which the most may be needed. */
final class ForecastMemory {
    /** NF4 with block 64 and double quantisation, arXiv 2305.14314 §3. */
    private static final double QUANTISED = (4 + 8.0 / 64 + 32.0 / (64 * 256)) / 8;

    private static final String POLICY = "policy";
    private static final String REFERENCE = "reference";
    private static final String MASK = "mask policy";
    private static final String HEADS = "heads for Q and V";

    private final ForecastSettings settings;
    private final ForecastRows rows;
    private final Census policy;
    private final Optional<Census> reward;
    private final Optional<ForecastHeads> heads;
    private final boolean whole;
    private final int bytes;

    ForecastMemory(ForecastSettings settings, ForecastRows rows, Census policy, Optional<Census> reward) {
        this.settings = settings;
        this.rows = rows;
        this.policy = rows.speaks() ? policy : policy.scoring();
        this.reward = reward.map(Census::scoring);
        this.heads = rows.judges() ? Optional.of(new ForecastHeads(policy)) : Optional.empty();
        this.whole = settings.trainMode() == TrainMode.FULL;
        this.bytes = settings.dtype().dtype().bytes();
    }

    /**
     * When something is needed.
     *
     * @param name completes "the most is needed …"
     */
    record Moment(String name, List<Part> parts) {
        double total() { return parts.stream().mapToDouble(Part::bytes).sum(); }
    }

    /** A model of the run. */
    record Role(String name, Census census, boolean trains) {}

    /** Heads on the policy's hidden states. */
    Optional<ForecastHeads> heads() { return heads; }

    /** Share of the weights for which backward makes a second product, beside that of what they read. */
    double share() {
        return whole ? layers() / (double) policy.load().layers() : 0.5;
    }

    List<Role> roles() {
        List<Role> roles = new ArrayList<>(List.of(new Role(POLICY, policy, true)));
        if (rows.values() && settings.critic() == CriticSettings.Kind.SEPARATE) {
            roles.add(new Role("critic", reward.orElseGet(policy::scoring), true));
        }
        if (rows.reference() && whole) {
            roles.add(new Role(REFERENCE, policy, false)); // an adapter switched off is the reference
        }
        if (rows.masked()) {
            roles.add(new Role(MASK, policy, false));
        }
        reward.ifPresent(census -> roles.add(new Role("reward model", census, false)));
        return roles;
    }

    List<Moment> moments() {
        List<Moment> moments = new ArrayList<>(List.of(ahead(), behind()));
        if (rows.online()) {
            moments.add(writing());
        }
        return moments;
    }

    private Moment ahead() {
        List<Part> parts = resident();
        if (several()) {
            parts.addAll(gradients(Float.BYTES));
        }
        long kept = StepMemory.kept(models(), tokens(), keeping());
        parts.add(new Part("activations of " + tokens() + " tokens", kept));
        parts.add(new Part(rows.speaks() ? "head: scores and what they give" : "layer at work",
                StepMemory.ahead(models(), tokens(), keeping(), head()) - kept));
        return new Moment("when forward ends", ended(parts));
    }

    private Moment behind() {
        List<Part> parts = resident();
        parts.addAll(gradients(several() ? Float.BYTES : bytes));
        parts.add(new Part("layer at work, of " + tokens() + " tokens",
                StepMemory.behind(models(), tokens(), keeping())));
        return new Moment("when backward ends", ended(parts));
    }

    private Moment writing() {
        List<Part> parts = resident();
        double free = Machine.memoryAvailable() - parts.stream().mapToDouble(Part::bytes).sum();
        int models = rows.masked() ? 2 : 1; // the mask policy reads along
        long slots = Math.clamp(settings.rows() / settings.devices(), 1, EngineLimits.SLOTS);
        int longest = settings.maxLength() + virtual();
        parts.add(new Part("key-value cache of " + slots + " answers",
                (double) models * slots * KvCache.room(longest) * policy.cachedPerToken() * bytes));
        parts.add(new Part("copy of matrices in the order of steps", models * layout(free)));
        long prompts = Math.ceilDiv(slots, rows.answers())
                * (settings.maxLength() - (long) settings.maxCompletionLength());
        parts.add(new Part("layer that reads prompts, scores", models().getFirst().reading(prompts)
                + (double) models * slots * policy.vocabulary() * bytes));
        return new Moment("while answers are written", ended(parts));
    }

    /**
     * Bytes of the copy of a model's dense matrices and head, which steps in bfloat16 read on the CPU. There is none where it takes
     * more than a sixteenth of the memory that is free when writing begins ({@link EngineLimits}): of what this machine has free
     * now, since a CPU says nothing of its memory, less what lies there all the time.
     */
    private double layout(double free) {
        boolean copied = onHost()
                && settings.dtype().dtype() == DType.BFLOAT16;
        long dense = settings.trainMode() == TrainMode.QLORA ? 0 : policy.projected();
        double all = (dense + (double) policy.vocabulary() * policy.load().hidden()) * bytes;
        return copied && all <= free / EngineLimits.LAYOUT_SHARE ? all : 0;
    }

    /** Whether the device's memory is the process's own, with the C library's heap and copies for checkpoints. */
    private boolean onHost() {
        return settings.device() == ForecastSettings.DeviceKind.CPU;
    }

    private List<Part> ended(List<Part> parts) {
        parts.add(new Part("process: Java, libraries, kernels", StepMemory.PROCESS));
        if (!onHost()) {
            return parts;
        }
        long start = whole
                ? roles().stream().filter(Role::trains)
                        .mapToLong(role -> StepMemory.start((long) trained(role), bytes)).sum()
                : 0;
        parts.add(new Part("process: what the C library keeps between blocks",
                StepMemory.gaps(models(), tokens(), keeping(), start)));
        return parts;
    }

    /** What is there all the time. */
    private List<Part> resident() {
        List<Part> parts = new ArrayList<>();
        double copied = 0;
        for (Role role : roles()) {
            boolean follows = role.trains() || role.name().equals(MASK);
            parts.add(new Part(role.name() + ": weights", weights(role) / shards(Sharding.ZERO3)));
            if (follows && !whole) {
                parts.add(new Part(role.name() + ": adapter", trained(role) * bytes));
            }
            if (role.trains()) {
                double optimizer = trained(role) * state() / shards(Sharding.ZERO1);
                parts.add(new Part(role.name() + ": optimizer", optimizer));
                copied += optimizer;
            }
            if (follows) {
                copied += (whole ? role.census().parameters() : trained(role)) * bytes;
            }
        }
        if (heads.isPresent()) {
            double weights = heads.get().weights();
            double optimizer = heads.get().trained() * momentBytes();
            parts.add(new Part(HEADS + ": weights and slow copies", weights));
            parts.add(new Part(HEADS + ": optimizer", optimizer));
            copied += weights + optimizer;
        }
        if (settings.checkpoints() && onHost()) {
            parts.add(new Part("checkpoint: copy of weights and optimizer", copied));
        }
        return parts;
    }

    private double weights(Role role) {
        boolean quantised = (role.trains() || role.name().equals(MASK)) && settings.trainMode() == TrainMode.QLORA;
        double projected = role.census().projected();
        double all = role.name().equals(REFERENCE) ? thawed() : role.census().parameters(); // it shares what is frozen
        return quantised ? projected * QUANTISED + (all - projected) * bytes : all * bytes;
    }

    /** Layers of the policy that backward reaches. */
    private int layers() {
        int all = policy.load().layers();
        return !whole || settings.numLayersUnfrozen() < 0 ? all : Math.min(all, settings.numLayersUnfrozen());
    }

    /** Numbers of the policy that train without an adapter, of which a reference has copies. */
    private long thawed() {
        return settings.numLayersUnfrozen() < 0 ? policy.parameters() : policy.top(layers());
    }

    private double trained(Role role) {
        Census census = role.census();
        return switch (settings.trainMode()) {
            case FULL -> role.name().equals(POLICY) ? thawed() : census.parameters();
            case LORA, QLORA -> census.adapter(settings.loraR());
            case PROMPT_TUNING -> (double) virtual() * census.load().hidden();
            case PREFIX_TUNING -> (double) virtual() * census.cachedPerToken();
        };
    }

    private int virtual() { return settings.trainMode().virtual() ? settings.numVirtualTokens() : 0; }

    private List<Part> gradients(int wide) {
        List<Part> parts = new ArrayList<>();
        roles().stream().filter(Role::trains).forEach(role -> parts
                .add(new Part(role.name() + ": gradients", trained(role) * wide / shards(Sharding.ZERO2))));
        heads.ifPresent(each -> parts.add(new Part(HEADS + ": gradients", each.trained() * ForecastHeads.BYTES)));
        return parts;
    }

    private double shards(Sharding from) { return settings.sharding().compareTo(from) >= 0 ? settings.devices() : 1; }

    /** Bytes of moments and master for each number that trains. */
    private double state() {
        return (bytes == 2 ? 4 : 0) + momentBytes();
    }

    /** Those of moments alone. */
    private double momentBytes() {
        return switch (OptimizerKind.of(settings.optim())) {
            case ADAMW, ADAM -> 8;
            case ADAMW_8BIT -> 2.04;
            case SCHEDULE_FREE_ADAMW -> 8;
            case MUON, LION, RMSPROP, ADAGRAD -> 4;
            case SGD, ADAFACTOR -> 0.1;
        };
    }

    /** Whether a step has more than one micro-batch; sums over them are float32. */
    private boolean several() {
        return rows.together(settings.microbatchTokens()) < rows.rows();
    }

    private long tokens() { return rows.together(settings.microbatchTokens()) * rows.row(); }

    private Keeping keeping() {
        return new Keeping(settings.gradientCheckpointing() ? Integer.MAX_VALUE : 0, false, false);
    }

    /** Those through which the tokens of a micro-batch go on one tape. */
    private List<StepMemory> models() {
        return roles().stream().filter(Role::trains).map(role -> {
            Census census = role.census();
            boolean drops = settings.loraDropout() > 0;
            StepMemory.Adapting beside = settings.trainMode().ranked()
                    ? StepMemory.Adapting.of(census.adapterActivations(settings.loraR(), drops), census.load(), bytes,
                            drops, settings.trainMode() == TrainMode.QLORA)
                    : StepMemory.Adapting.NONE;
            return new StepMemory(census.load(), beside, bytes,
                    new StepMemory.Sequences(settings.maxLength(), true, virtual()),
                    role.name().equals(POLICY) ? policy.load().layers() - layers() : 0);
        }).toList();
    }

    private long head() {
        if (!rows.speaks()) {
            return 0;
        }
        boolean trains = whole && (settings.numLayersUnfrozen() < 0 || policy.head() > 0); // a tied one is the embedding
        StepMemory.Table speaking = new StepMemory.Table(policy.vocabulary(), policy.load().hidden(), bytes, trains,
                several(), onHost());
        return StepMemory.head(rows.together(settings.microbatchTokens()) * rows.read(),
                StepMemory.Table.of(speaking, 1 + heads.map(each -> ForecastHeads.QS).orElse(0)));
    }
}
