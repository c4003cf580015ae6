package dev.hone.train;

import dev.hone.model.Census;
import dev.hone.model.KvCache;
import dev.hone.rollout.EngineLimits;
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

    private final ForecastSettings settings;
    private final ForecastRows rows;
    private final Census policy;
    private final Optional<Census> reward;
    private final boolean whole;
    private final int bytes;

    ForecastMemory(ForecastSettings settings, ForecastRows rows, Census policy, Optional<Census> reward) {
        this.settings = settings;
        this.rows = rows;
        this.policy = rows.speaks() ? policy : policy.scoring();
        this.reward = reward.map(Census::scoring);
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

    List<Role> roles() {
        List<Role> roles = new ArrayList<>(List.of(new Role("policy", policy, true)));
        if (rows.values() && settings.critic() == CriticSettings.Kind.SEPARATE) {
            roles.add(new Role("critic", reward.orElseGet(policy::scoring), true));
        }
        if (rows.reference() && whole) {
            roles.add(new Role("reference", policy, false)); // an adapter switched off is the reference
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
        long slots = Math.clamp(settings.rows() / settings.devices(), 1, EngineLimits.SLOTS);
        parts.add(new Part("key-value cache of " + slots + " answers",
                (double) slots * KvCache.room(settings.maxLength()) * policy.cachedPerToken() * bytes));
        long prompts = Math.ceilDiv(slots, rows.answers())
                * (settings.maxLength() - (long) settings.maxCompletionLength());
        parts.add(new Part("layer that reads prompts, scores", models().getFirst().reading(prompts)
                + (double) slots * policy.vocabulary() * bytes));
        return new Moment("while answers are written", ended(parts));
    }

    private List<Part> ended(List<Part> parts) {
        parts.add(new Part("process: Java, libraries, kernels", StepMemory.PROCESS));
        long start = whole
                ? roles().stream().filter(Role::trains)
                        .mapToLong(role -> StepMemory.start(role.census().parameters(), bytes)).sum()
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
            double own = weights(role) / shards(Sharding.ZERO3);
            parts.add(new Part(role.name() + ": weights", own));
            if (role.trains()) {
                double optimizer = trained(role) * state() / shards(Sharding.ZERO1);
                if (!whole) {
                    parts.add(new Part(role.name() + ": adapter", trained(role) * bytes));
                }
                parts.add(new Part(role.name() + ": optimizer", optimizer));
                copied += optimizer + trained(role) * bytes;
            }
        }
        if (settings.checkpoints()) {
            parts.add(new Part("checkpoint: copy of weights and optimizer", copied));
        }
        return parts;
    }

    private double weights(Role role) {
        boolean quantised = role.trains() && settings.trainMode() == TrainMode.QLORA;
        double projected = role.census().projected();
        return quantised
                ? projected * QUANTISED + (role.census().parameters() - projected) * bytes
                : role.census().parameters() * (double) bytes;
    }

    private double trained(Role role) {
        return whole ? role.census().parameters() : role.census().adapter(settings.loraR());
    }

    private List<Part> gradients(int wide) {
        return roles().stream().filter(Role::trains)
                .map(role -> new Part(role.name() + ": gradients", trained(role) * wide / shards(Sharding.ZERO2)))
                .toList();
    }

    private double shards(Sharding from) { return settings.sharding().compareTo(from) >= 0 ? settings.devices() : 1; }

    /** Bytes of moments and master for each number that trains. */
    private double state() {
        double master = bytes == 2 ? 4 : 0;
        return master + switch (OptimizerKind.of(settings.optim())) {
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
        return new Keeping(0, settings.gradientCheckpointing() ? Integer.MAX_VALUE : 0, false);
    }

    /** Those through which the tokens of a micro-batch go on one tape. */
    private List<StepMemory> models() {
        return roles().stream().filter(Role::trains).map(role -> {
            Census census = role.census();
            boolean drops = settings.loraDropout() > 0;
            StepMemory.Adapting beside = whole
                    ? StepMemory.Adapting.NONE
                    : StepMemory.Adapting.of(census.adapterActivations(settings.loraR(), drops), census.load(), bytes,
                            drops, settings.trainMode() == TrainMode.QLORA);
            return new StepMemory(census.load(), beside, bytes,
                    new StepMemory.Sequences(settings.maxLength(), true));
        }).toList();
    }

    private long head() {
        long read = rows.together(settings.microbatchTokens()) * rows.read();
        return rows.speaks()
                ? StepMemory.head(read, policy.load(), new StepMemory.Table(policy.vocabulary(), bytes, whole,
                        several(), settings.device() == ForecastSettings.DeviceKind.CPU))
                : 0;
    }
}
