package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.text.DataException;
import dev.hone.text.EncodedRows;

/** What an objective that compares the rows of a step asks of settings and data. */
final class WholeSteps {
    private WholeSteps() {}

    /** Without so many rows no step can be made. */
    static int leastRows(Objective<?> objective) {
        return objective.needs().contains(Need.WHOLE_STEP) ? 2 : 1;
    }

    /** @throws dev.hone.config.ConfigException when a step has too few rows */
    static void require(Objective<?> objective, TrainingSettings training) {
        new Checks().require(training.rowsPerStep() >= leastRows(objective), "per_device_train_batch_size",
                training.rowsPerStep(), "at least 2", "The objective compares the rows of a step.").done();
    }

    /** @throws DataException when there are too few rows for one step, or for an evaluation */
    static void require(Objective<?> objective, LabelledText<?> text) {
        require("training rows", objective, text.training());
        text.evaluation().ifPresent(held -> require("held-out rows", objective, held));
    }

    private static void require(String what, Objective<?> objective, EncodedRows<?> rows) {
        if (rows.size() < leastRows(objective)) {
            throw new DataException(what + ": found " + rows.size() + ", expected at least " + leastRows(objective)
                    + ": the objective compares the rows of a step; give more rows, or another share to eval_split");
        }
    }
}
