package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Ten steps of every optimizer of the fixtures, in the precision of the case: weights, losses and gradient norms. */
@Tag("golden")
class OptimizerGoldenTest {
    private static final JsonNode CASES = Golden.json(Golden.path("optim", "optim.json")).get("cases");
    private static final List<String> NAMES = List.of("w1", "b1", "w2");

    static List<String> cases() { return List.copyOf(CASES.propertyNames()); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTorch(String name) {
        boolean wide = name.endsWith("_f64");
        JsonNode golden = CASES.get(name);
        String prefix = wide ? name.substring(0, name.length() - 4) + ".f64" : name;
        double tolerance = wide ? 1e-12 : 1e-6;
        try (SafetensorsFile file = SafetensorsFile.open(Golden.path("optim", "optim.safetensors"));
                Scope scope = Scope.open()) {
            Fixture fixture = new Fixture(file, wide ? DType.FLOAT64 : DType.FLOAT32);
            List<Parameter> parameters = NAMES.stream().map(key -> fixture.parameter(key, golden)).toList();
            try (Optimizer optimizer = optimizer(golden, parameters)) {
                JsonNode losses = golden.get("loss_before_step");
                for (int step = 0; step < losses.size(); step++) {
                    double loss = fixture.backward(parameters);
                    double norm = GradientClip.norm(parameters);
                    assertThat(loss).as("loss %d", step).isCloseTo(losses.get(step).doubleValue(),
                            within(tolerance * 2));
                    assertThat(norm).as("norm %d", step).isCloseTo(
                            golden.get("grad_norm_before_clipping").get(step).doubleValue(), within(tolerance * 2));
                    JsonNode clip = golden.get("clip_norm");
                    optimizer.step(golden.get("options").get("lr").doubleValue(),
                            GradientClip.factor(norm, clip.isNull() ? 0 : clip.doubleValue()));
                    parameters.forEach(Parameter::clearGradient);
                    fixture.compare(prefix, step + 1, parameters, tolerance);
                }
                assertThat(fixture.compared).isGreaterThanOrEqualTo(NAMES.size());
            }
            parameters.forEach(Parameter::close);
        }
    }

    private static Optimizer optimizer(JsonNode golden, List<Parameter> parameters) {
        String kind = golden.get("class").asString();
        Options options = new Options(golden.get("options"));
        Optimizer optimizer = switch (kind.substring(kind.lastIndexOf('.') + 1)) {
            case "AdamW" -> new AdamW(parameters, adam(options, 0.01, true));
            case "Adam" -> new AdamW(parameters, adam(options, 0, false));
            case "SGD" -> new Sgd(parameters, new Sgd.Options(options.number("momentum", 0), options.flag("nesterov"),
                    options.number("weight_decay", 0)));
            case "RMSprop" -> new RmsProp(parameters, new RmsProp.Options(options.number("alpha", 0.99),
                    options.number("eps", 1e-8), options.number("weight_decay", 0)));
            case "Adagrad" -> new Adagrad(parameters,
                    new Adagrad.Options(options.number("eps", 1e-10), options.number("weight_decay", 0)));
            case "Adafactor" -> new Adafactor(parameters,
                    new Adafactor.Options(1e-30, options.number("clip_threshold", 1),
                            options.number("decay_rate", -0.8),
                            options.number("weight_decay", 0), new Adafactor.Rate(options.flag("scale_parameter"), 1e-3,
                                    options.flag("relative_step"), options.flag("warmup_init"))));
            default -> throw new AssertionError("no optimizer for " + kind);
        };
        options.requireAllRead();
        return optimizer;
    }

    private static AdamW.Options adam(Options options, double decay, boolean decoupled) {
        options.flag("fused");
        return new AdamW.Options(options.beta(0, 0.9), options.beta(1, 0.999), options.number("eps", 1e-8),
                options.number("weight_decay", decay), decoupled, options.flag("amsgrad"));
    }

    /** Options of a case, which fails when one was not asked for. */
    private static final class Options {
        private final JsonNode node;
        private final Set<String> read = new HashSet<>(Set.of("lr"));

        Options(JsonNode node) { this.node = node; }

        double number(String key, double otherwise) {
            read.add(key);
            return node.has(key) ? node.get(key).doubleValue() : otherwise;
        }

        double beta(int index, double otherwise) {
            read.add("betas");
            return node.has("betas") ? node.get("betas").get(index).doubleValue() : otherwise;
        }

        boolean flag(String key) {
            read.add(key);
            return node.has(key) && node.get(key).booleanValue();
        }

        void requireAllRead() { assertThat(read).containsAll(node.propertyNames()); }
    }

    /** The fixtures' tensors and the little network that they train. */
    private static final class Fixture {
        private final SafetensorsFile file;
        private final DType dtype;
        private final Tensor x;
        private final Tensor y;
        private int compared;

        Fixture(SafetensorsFile file, DType dtype) {
            this.file = file;
            this.dtype = dtype;
            x = read("x");
            y = read("y");
        }

        private Tensor read(String name) {
            return Tensors.copyOf(file.data(name), file.info(name).dtype(), file.info(name).shape()).to(dtype);
        }

        /** torch decays every parameter of a group, Hone no vector: where a case decays, the bias is given as a matrix. */
        Parameter parameter(String name, JsonNode golden) {
            Tensor value = read("init." + name).copy();
            boolean decays = !golden.get("class").asString().endsWith("Adafactor");
            return new Parameter(name, value.rank() == 1 && decays ? value.view(1, value.count()) : value);
        }

        double backward(List<Parameter> parameters) {
            try (Scope scope = Scope.open()) {
                List<Tensor> leaves = parameters.stream().map(parameter -> parameter.value().leaf()).toList();
                Tensor hidden = x.matmul(leaves.get(0).t()).add(leaves.get(1).view(-1)).tanh();
                Tensor loss = hidden.matmul(leaves.get(2).t()).sub(y).square().mean();
                loss.backward();
                for (int i = 0; i < leaves.size(); i++) {
                    parameters.get(i).accumulate(leaves.get(i).grad().copy());
                }
                return loss.detach().item();
            }
        }

        /**
         * Compares what the fixture holds of the weights after a step. A first step whose weights equal the tenth's bit for
         * bit was recorded by reference, so it shows the weights after the tenth (the losses pin those in between).
         */
        void compare(String prefix, int step, List<Parameter> parameters, double tolerance) {
            for (Parameter parameter : parameters) {
                String name = prefix + ".after" + step + "." + parameter.name();
                if (!file.contains(name) || recordedByReference(prefix, step, parameter)) {
                    continue;
                }
                assertThat(parameter.value().toDoubles()).as(name).usingComparatorWithPrecision(tolerance)
                        .containsExactly(read(name).toDoubles());
                compared++;
            }
        }

        private boolean recordedByReference(String prefix, int step, Parameter parameter) {
            String last = prefix + ".after10." + parameter.name();
            return step < 10 && file.contains(last) && file.data(last)
                    .mismatch(file.data(prefix + ".after" + step + "." + parameter.name())) < 0;
        }
    }
}
