package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Answers put behind prompts that they do not answer, from which KTO estimates how far the policy has moved.
 *
 * @see <a href="https://arxiv.org/abs/2402.01306">KTO: Model Alignment as Prospect Theoretic Optimization</a>
 */
public final class Mismatched {
    private Mismatched() {}

    /**
     * For each row its prompt with the answer of the row before it, inside blocks of some rows; the first row of a block takes
     * the answer of its last. TRL rotates so; the paper pairs with the row after, which gives the same estimate on average. A
     * last block of a single row takes the answer of the row before the block.
     *
     * @param rows judged answers in the order in which they will be read
     * @param block rows that are read together, TRL's {@code per_device_train_batch_size}
     * @param maxLength the longest row: a prompt loses tokens from its start where the other answer is longer
     * @return a row for each, weight 1 on the answer
     * @throws DataException if there is only one row, or a block of one
     */
    public static List<Encoded> of(List<EncodedJudged> rows, int block, int maxLength) {
        if (block < 2 || rows.size() < 2) {
            throw new DataException("mismatched answers from blocks of " + Math.min(block, rows.size())
                    + " rows: expected at least 2, since an answer is put behind the prompt of another row; "
                    + "raise per_device_train_batch_size");
        }
        List<Encoded> mismatched = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            int first = i - i % block;
            int last = Math.min(rows.size(), first + block) - 1;
            int other = i > first || first == last ? i - 1 : last;
            mismatched.add(joined(rows.get(i), rows.get(other), maxLength));
        }
        return mismatched;
    }

    private static Encoded joined(EncodedJudged asked, EncodedJudged answered, int maxLength) {
        Encoded from = answered.row();
        int answer = from.length() - answered.promptLength();
        int kept = Math.min(asked.promptLength(), Math.max(0, maxLength - answer));
        int[] ids = new int[kept + answer];
        float[] weight = new float[ids.length];
        System.arraycopy(asked.row().ids(), asked.promptLength() - kept, ids, 0, kept);
        System.arraycopy(from.ids(), answered.promptLength(), ids, kept, answer);
        System.arraycopy(from.weight(), answered.promptLength(), weight, kept, answer);
        if (kept > 0 && answered.promptLength() == 0 && answer > 0) {
            weight[kept] = 1; // here a prompt predicts it
        }
        if (weight.length > 0) {
            weight[0] = 0;
        }
        return new Encoded(ids, weight);
    }
}
