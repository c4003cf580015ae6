package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.Adapter;
import dev.hone.model.Decoder;
import dev.hone.model.LoraSpec;
import dev.hone.model.Model;
import dev.hone.model.QuantisedWeight;
import dev.hone.model.RewardModel;
import dev.hone.model.ValuedPolicy;
import dev.hone.tensor.Machine;
import dev.hone.tensor.Parameter;
import dev.hone.train.StepMemory.Gradients;
import dev.hone.train.StepMemory.Keeping;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a step will take, estimated before it runs, and what follows: how many tokens go through the model together, and how
 * many layers keep nothing and run again in backward.
 *
 * @param microbatchTokens tokens that go through together at most
 * @param stepTokens of the largest micro-batch that there is
 * @param checkpointedLayers layers that run again
 * @param fixedBytes weights, optimizer state
 * @param stepBytes gradients, and what the largest micro-batch takes, at their peak
 */
public record MemoryPlan(int microbatchTokens, int stepTokens, int checkpointedLayers, long fixedBytes,
        long stepBytes) {
    private static final int SMALLEST = 512;
    private static final int ROUNDING = 64;
    private static final double SHARE = 0.7;

    /**
     * What bounds a micro-batch.
     *
     * @param longestRow tokens of the longest row, which cannot be cut
     * @param longestSequence tokens of the longest sequence, of which a row may have several
     * @param largestStep tokens of the largest step
     * @param microbatchTokens tokens that shall go through together; 0 = chosen by the plan
     */
    public record Cut(int longestRow, int longestSequence, long largestStep, int microbatchTokens) {
        /** Of rows of one sequence each, in steps of any size. */
        public Cut(int longestRow, int microbatchTokens) {
            this(longestRow, longestRow, Long.MAX_VALUE, microbatchTokens);
        }

        int tokens(int together) { return (int) Math.min(largestStep, Math.max(longestRow, together)); }
    }

    /**
     * Makes a plan.
     *
     * @param optimizerBytes of moments and masters that lie in this memory
     * @param frozenLayers layers at the bottom that backward never reaches
     */
    public static MemoryPlan of(Model policy, TrainingSettings settings, Cut cut, long optimizerBytes,
            int frozenLayers) {
        long fixed = bytes(policy.parameters())
                + policy.quantised().stream().mapToLong(QuantisedWeight::bytes).sum() + optimizerBytes;
        long available = (long) (SHARE * Machine.memoryAvailable()) - fixed;
        Step step = new Step(policy, settings, cut, frozenLayers);
        int wanted = cut.microbatchTokens() > 0
                ? cut.microbatchTokens()
                : Math.max(cut.longestRow(), step.fitting(available));
        int tokens = cut.tokens(wanted);
        int again = step.again(available, tokens);
        return new MemoryPlan(wanted, tokens, again, fixed, step.bytes(tokens, again));
    }

    /** A step of a model with its critics. */
    private static final class Step {
        private final Model policy;
        private final TrainingSettings settings;
        private final Cut cut;
        private final List<StepMemory> models;

        Step(Model policy, TrainingSettings settings, Cut cut, int frozen) {
            this.policy = policy;
            this.settings = settings;
            this.cut = cut;
            this.models = policy.parts().stream()
                    .map(part -> memory(part.model(), cut, part.model().backbone() == policy.backbone() ? frozen : 0))
                    .toList();
        }

        private static StepMemory memory(Model model, Cut cut, int frozen) {
            var load = model.backbone().load();
            int bytes = model.dtype().bytes();
            StepMemory.Adapting beside = model.adapter()
                    .map(adapter -> StepMemory.Adapting.of(adapter.activations(), load, bytes,
                            adapter.spec() instanceof LoraSpec lora && lora.dropout() > 0,
                            !model.quantised().isEmpty()))
                    .orElse(StepMemory.Adapting.NONE);
            int before = model.adapter().map(Adapter::virtualTokens).orElse(0);
            return new StepMemory(load, beside, bytes,
                    new StepMemory.Sequences(cut.longestSequence(), false, before), frozen);
        }

        private long head(long tokens) {
            Optional<Decoder> speaking = switch (policy) {
                case Decoder decoder -> Optional.of(decoder);
                case ActorCritic both -> Optional.of(both.policy());
                case ValuedPolicy valued -> Optional.of(valued.policy());
                case RewardModel scoring -> Optional.empty();
            };
            return speaking.map(decoder -> StepMemory.head(tokens, StepMemory.Table.of(
                    new StepMemory.Table(decoder.vocabulary(), decoder.width(), decoder.dtype().bytes(),
                            decoder.head().weight().trainable(), tokens < cut.largestStep(),
                            decoder.device().isCpu()),
                    policy.vocabularyHeads())))
                    .orElse(0L);
        }

        long bytes(int tokens, int again) {
            boolean several = tokens < cut.largestStep(); // sums of several passes are float32
            Gradients gradients = new Gradients(several ? gradients(true) : 0, gradients(several));
            Keeping keeping = new Keeping(again, settings.gradientCheckpointing().inner(),
                    settings.activationOffloading());
            long start = policy.adapter().isPresent()
                    ? 0
                    : policy.trainableParameters().stream().map(Parameter::value)
                            .mapToLong(value -> StepMemory.start(value.count(), value.dtype().bytes())).sum();
            return StepMemory.gaps(models, tokens, keeping, start)
                    + StepMemory.peak(models, tokens, keeping, head(tokens), gradients);
        }

        /** Bytes that lie as gradients at a time; where layers step at once, those of one layer and of what is in none. */
        private long gradients(boolean wide) {
            List<List<Parameter>> layers = policy.backbone().layers();
            long inLayers = gradients(layers.stream().flatMap(List::stream), wide);
            long all = gradients(policy.parameters().stream(), wide);
            return settings.optimFusedBackward() ? all - inLayers + inLayers / layers.size() : all;
        }

        private static long gradients(Stream<Parameter> parameters, boolean wide) {
            return parameters.filter(Parameter::trainable).map(Parameter::value)
                    .mapToLong(value -> value.count() * (wide ? Float.BYTES : value.dtype().bytes())).sum();
        }

        /** The most tokens that fit with all layers kept. */
        int fitting(long available) {
            int tokens = StepMemory.MOST_TOKENS;
            while (tokens > SMALLEST && bytes(cut.tokens(tokens), 0) > available) {
                tokens -= ROUNDING;
            }
            return tokens;
        }

        /** The fewest layers that have to be computed twice. */
        int again(long available, int tokens) {
            int layers = Math.max(0, policy.backbone().load().layers() - models.getFirst().frozen());
            if (settings.gradientCheckpointing().always()) {
                return layers;
            }
            if (settings.gradientCheckpointingLayers() >= 0) {
                return Math.min(settings.gradientCheckpointingLayers(), layers);
            }
            if (settings.gradientCheckpointing().never() || settings.gradientCheckpointing().inner()) {
                return 0;
            }
            int again = 0;
            while (again < layers && bytes(tokens, again) > available) {
                again++;
            }
            return again;
        }
    }

    private static long bytes(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::value).mapToLong(value -> value.count() * value.dtype().bytes())
                .sum();
    }

    /** What a step takes at its peak, as far as the plan knows. */
    public long totalBytes() {
        return fixedBytes + stepBytes;
    }

    /** The plan in one line, told before a run starts. */
    public String describe(int layers) {
        return String.format(Locale.ROOT,
                "memory plan: %.2f GB for weights and optimizer, up to %.2f GB for gradients and a micro-batch of %d tokens%s",
                fixedBytes / 1e9, stepBytes / 1e9, stepTokens,
                checkpointedLayers == 0 ? "" : ", " + checkpointedLayers + " of " + layers + " layers computed twice");
    }
}
