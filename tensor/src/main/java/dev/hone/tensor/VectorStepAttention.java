package dev.hone.tensor;

import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.StepAttention.Kept;
import dev.hone.tensor.StepAttention.Shape;
import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.util.Arrays;
import java.util.Optional;

/** {@link StepAttention}: each thread takes some rows and reads their keys and values once for all queries of a group. */
final class VectorStepAttention {
    private static final int TILE = StepAttention.TILE;
    /** Parts of the work per thread: rows differ in length. */
    private static final int PARTS = 4;

    private final Kept kept;
    private final Shape shape;
    private final int room;
    private final Writer newKeys;
    private final Writer newValues;
    private final StepTiles tiles;
    private final VectorHeads.Turning turning;
    private final float[] line;
    private final float[] turned;
    private final float[] queries;
    private final float[] scores;
    private final float[] result;

    private VectorStepAttention(Kept kept, Shape shape, Optional<Turn> turn, Tensor out) {
        this.kept = kept;
        this.shape = shape;
        this.room = kept.room();
        this.newKeys = Writer.of(kept.keys());
        this.newValues = Writer.of(kept.values());
        this.tiles = StepTiles.of(kept, shape, out);
        this.turning = new VectorHeads.Turning(shape.size(), new VectorHeads.Change(turn, 1, 1));
        this.line = new float[shape.width()];
        this.turned = new float[(shape.heads() + shape.keyHeads()) * shape.size()];
        this.queries = new float[shape.group() * shape.size()];
        this.scores = new float[shape.group() * room];
        this.result = new float[shape.heads() * shape.size()];
    }

    static boolean serves(DType dtype, Shape shape) {
        return dtype == DType.BFLOAT16 ? NarrowStepTiles.serves(shape) : WideStepTiles.serves(shape);
    }

    static void apply(Tensor qkv, Kept kept, Shape shape, Optional<Turn> turn, Tensor out) {
        int rows = Math.toIntExact(qkv.size(0));
        int parts = Math.min(rows, PARTS * Engine.threads());
        Reader in = Reader.of(qkv);
        Workers.each(parts, part -> {
            VectorStepAttention own = new VectorStepAttention(kept, shape, turn, out);
            for (int row = part; row < rows; row += parts) {
                own.row(row, in);
            }
        });
    }

    private void row(int row, Reader in) {
        Arrays.fill(result, 0);
        if (row < kept.lengths().length) {
            in.row((long) row * line.length, line, line.length);
            System.arraycopy(line, 0, turned, 0, turned.length);
            turning.apply(row, turned, turned);
            append(row, kept.lengths()[row] - 1);
            for (int head = 0; head < shape.keyHeads(); head++) {
                attend(row, head);
            }
        }
        tiles.write(row, result);
    }

    /** Where the keys or the values of a head begin. */
    private long start(int row, int head) {
        return ((long) row * shape.keyHeads() + head) * shape.size() * room;
    }

    private void append(int row, int position) {
        int size = shape.size();
        for (int head = 0; head < shape.keyHeads(); head++) {
            long tile = start(row, head) + (long) (position / TILE) * size * TILE + position % TILE;
            int from = (shape.heads() + head) * size;
            for (int i = 0; i < size; i++) {
                newKeys.one(tile + (long) i * TILE, turned[from + i]);
            }
            newValues.row(start(row, head) + (long) position * size, line, from + shape.keyHeads() * size, size);
        }
    }

    private void attend(int row, int head) {
        int size = shape.size();
        int length = kept.lengths()[row];
        int begin = kept.begin(row);
        int first = begin / TILE * TILE;
        int last = Math.ceilDiv(length, TILE) * TILE;
        long start = start(row, head);
        float scale = (float) (1 / Math.sqrt(size));
        for (int i = 0; i < queries.length; i++) {
            queries[i] = turned[head * queries.length + i] * scale;
        }
        for (int at = first; at < last; at += TILE) {
            tiles.score(start + (long) at * size, queries, scores, at);
        }
        for (int query = 0; query < shape.group(); query++) {
            hide(query * room, first, begin);
            hide(query * room, length, last);
            VectorSoftmax.softmax(scores, query * room + first, query * room + last);
        }
        for (int at = first; at < last; at += TILE) {
            int from = Math.max(at, begin);
            tiles.mix(start + (long) from * size, from, Math.min(at + TILE, length), scores, result,
                    head * queries.length);
        }
    }

    private void hide(int line, int from, int end) {
        for (int token = from; token < end; token++) {
            scores[line + tiles.place(token)] = Float.NEGATIVE_INFINITY;
        }
    }
}
