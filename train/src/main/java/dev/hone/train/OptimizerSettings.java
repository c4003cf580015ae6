package dev.hone.train;

import dev.hone.tensor.Parameter;
import java.util.List;

/**
 * How weights are updated, under the names and with the defaults of transformers' TrainingArguments.
 *
 * @param optim which optimizer
 * @param learningRate peak learning rate
 * @param weightDecay decay of matrices and embeddings; biases and norms never decay
 * @param adamBeta1 of adamw, adam and lion
 * @param adamBeta2 of adamw, adam and lion
 * @param adamEpsilon of adamw and adam
 * @param momentum of sgd
 * @param nesterov of sgd
 */
public record OptimizerSettings(OptimizerKind optim, double learningRate, double weightDecay, double adamBeta1,
        double adamBeta2, double adamEpsilon, double momentum, boolean nesterov) {
    /** transformers' defaults. */
    public static final OptimizerSettings DEFAULTS = new OptimizerSettings(OptimizerKind.ADAMW, 5e-5, 0, 0.9, 0.999,
            1e-8, 0, false);

    private static final double MUON_MOMENTUM = 0.95;

    public OptimizerSettings {
        Require.atLeastZero("learning_rate", learningRate);
    }

    /** Makes the optimizer of the parameters that train. */
    public Optimizer create(List<Parameter> parameters) {
        return create(Trainees.of(parameters));
    }

    /** As {@link #create(List)}; the optimizer closes the trainees' memory. */
    public Optimizer create(Trainees parameters) {
        return switch (optim) {
            case ADAMW -> new AdamW(parameters, adam(true));
            case ADAMW_8BIT -> new AdamW8bit(parameters, adam(true));
            case MUON -> new Muon(parameters, new Muon.Options(MUON_MOMENTUM, adam(true)));
            case SCHEDULE_FREE_ADAMW -> new ScheduleFreeAdamW(parameters, adam(true));
            case ADAM -> new AdamW(parameters, adam(false));
            case SGD -> new Sgd(parameters, new Sgd.Options(momentum, nesterov, weightDecay));
            case ADAFACTOR -> new Adafactor(parameters, Adafactor.Options.given(weightDecay));
            case LION -> new Lion(parameters, new Lion.Options(adamBeta1, adamBeta2, weightDecay));
            case RMSPROP -> new RmsProp(parameters, new RmsProp.Options(0.99, 1e-8, weightDecay));
            case ADAGRAD -> new Adagrad(parameters, new Adagrad.Options(1e-10, weightDecay));
        };
    }

    private AdamW.Options adam(boolean decoupled) {
        return new AdamW.Options(adamBeta1, adamBeta2, adamEpsilon, weightDecay, decoupled, false);
    }
}
