package dev.hone.train;

import dev.hone.model.HiddenOptions;
import dev.hone.model.Model;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.ChatTemplate;
import dev.hone.text.Tokenizer;
import java.util.List;
import java.util.Optional;

/**
 * What a model is taught from, after the data was read and before the model is opened: the part of a run that differs from
 * method to method. Everything else of a run is {@link TrainingJob}.
 *
 * @param <R> what its rows are
 * @param <M> the model that learns
 */
public interface Lesson<R extends StepRow, M extends Model> {

    /** What the report is called. */
    String title();

    /** The text side. */
    Reading reading();

    /** Opens the model that learns, with the weights of the run's beginning. */
    M open(DType dtype, Device device);

    /** What it learns from, as the model will read it. */
    Supply<R> supply(M model);

    /** Takes batches through model and objective. */
    Pass<R> pass(M model, HiddenOptions options);

    /** Looks at the model when training is over, before it is saved. */
    default Verdict verdict(M model) {
        return Verdict.NONE;
    }

    /** What is shown before and after. */
    Samples<M> samples(int count);

    /**
     * What is known once the data was read.
     *
     * @param schema of the data, in words
     * @param warnings for the user
     */
    record Reading(Tokenizer tokenizer, Optional<ChatTemplate> template, String schema, List<String> warnings) {
        public Reading {
            warnings = List.copyOf(warnings);
        }
    }

    /** Prompts and what a model makes of them. */
    interface Samples<M extends Model> {

        /** As a reader sees them. */
        List<String> prompts();

        /** The model's word on each. */
        List<String> answers(M model);
    }
}
