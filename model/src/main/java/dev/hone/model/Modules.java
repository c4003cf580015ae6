package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The modules of a model by their names, and the adapter that is on. */
final class Modules {
    private final List<Linear> linears;
    private final List<Embedding> embeddings;
    private final List<NormLayer> norms;
    private final List<Linear> heads;
    private final List<Parameter> parameters;
    private Optional<Adapter> active = Optional.empty();

    /**
     * @param heads the projections of the head, the last one last
     * @param parameters the model's own, each once
     */
    Modules(Body body, List<Linear> heads, List<Parameter> parameters) {
        this.linears = body.linears();
        this.embeddings = body.embeddings();
        this.norms = body.norms();
        this.heads = List.copyOf(heads);
        this.parameters = List.copyOf(parameters);
    }

    /** The modules of a backbone. */
    record Body(List<Linear> linears, List<Embedding> embeddings, List<NormLayer> norms) {}

    static Modules of(Model model) {
        return switch (model) {
            case Decoder decoder -> decoder.modules();
            case RewardModel reward -> reward.modules();
            case ActorCritic both -> both.policy().modules();
            case ValuedPolicy valued -> valued.policy().modules();
        };
    }

    /** Those of the body, then those of the head. */
    List<Linear> linears() {
        return Stream.concat(linears.stream(), heads.stream()).toList();
    }

    List<Embedding> embeddings() { return embeddings; }

    /** The projection that gives the model's result. */
    Optional<Linear> output() {
        return heads.isEmpty() ? Optional.empty() : Optional.of(heads.getLast());
    }

    /** The language-model head where it is the embedding table itself. */
    Optional<Linear> tied() {
        return output().filter(head -> embeddings.stream().anyMatch(table -> table.held().own() == head.held().own()));
    }

    /** Every tensor of every module. */
    List<Held> helds() {
        return Stream.of(embeddings.stream().map(Embedding::held), linears().stream().flatMap(Linear::helds),
                norms.stream().flatMap(NormLayer::helds)).flatMap(stream -> stream).toList();
    }

    /** The names of all modules. */
    List<String> names() {
        return helds().stream().flatMap(held -> held.modules().stream()).distinct().toList();
    }

    /** The model's own parameters. */
    List<Parameter> own() { return parameters; }

    /** The model's own parameters, then those of the adapter that is on. */
    List<Parameter> all() {
        if (active.isEmpty()) {
            return parameters;
        }
        List<Parameter> all = new ArrayList<>(parameters);
        all.addAll(active.get().parameters());
        return all;
    }

    Optional<Adapter> active() { return active; }

    void active(Optional<Adapter> other) { active = other; }

    /** What modules compute with: their own tensors or the copies in their place, and what an adapter has beside them. */
    static Stream<Parameter> current(Stream<Linear> linears, Stream<NormLayer> norms) {
        return Stream.concat(linears.flatMap(linear -> Stream.concat(linear.helds().flatMap(Held::current),
                linear.lowRank().stream().flatMap(LowRank::parameters))),
                norms.flatMap(NormLayer::helds).flatMap(Held::current));
    }

    /** Whether an adapter draws dropout while training. */
    static boolean drops(Stream<Linear> linears) {
        return linears.anyMatch(linear -> linear.lowRank().filter(beside -> beside.dropout() > 0).isPresent());
    }
}
