package dev.hone.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The edits that turn a text into one reference: runs of words are moved as long as a move saves edits, the best one first,
 * then words are inserted, deleted and replaced. Which moves are tried, and their order, are tercom's, limits included: another
 * choice would give other scores.
 */
final class TerEdits {
    private static final int LONGEST_MOVE = 10;
    private static final int FARTHEST_MOVE = 50;
    private static final int MOST_MOVES = 1000;
    private static final int BEAM = 25;
    private static final int FAR = Integer.MAX_VALUE / 2;

    private enum Edit {
        KEEP, REPLACE, DELETE, INSERT
    }

    private final List<String> reference;
    private int tried;

    TerEdits(List<String> reference) { this.reference = reference; }

    /** How many edits, a move of several words being one. */
    int count(List<String> words) {
        if (reference.isEmpty()) {
            return words.size();
        }
        List<String> now = words;
        int moves = 0;
        while (true) {
            Move best = bestMove(now);
            if (tried >= MOST_MOVES || best.saved() <= 0) {
                return moves + path(now).cost();
            }
            moves++;
            now = best.words();
        }
    }

    /** What turns words into the reference, in order. */
    private record Path(int cost, List<Edit> edits) {}

    /** Which word of the text stands at each place of the reference, and which places of both are wrong. */
    private record Alignment(int[] places, boolean[] wrongReference, boolean[] wrongText) {}

    private record Move(int saved, int length, int start, int target, List<String> words) {
        /** More edits saved; then the longer run, the earlier one, the earlier target. */
        boolean betterThan(Move other) {
            int order = Arrays.compare(new int[]{saved, length, -start, -target},
                    new int[]{other.saved, other.length, -other.start, -other.target});
            return order > 0;
        }
    }

    private Move bestMove(List<String> words) {
        Path path = path(words);
        Alignment alignment = align(path.edits(), words.size());
        Move best = new Move(0, 0, 0, 0, words);
        boolean found = false;
        for (int start = 0; start < words.size(); start++) {
            for (int at = Math.max(0, start - FARTHEST_MOVE); at < reference.size()
                    && at <= start + FARTHEST_MOVE; at++) {
                for (int length = 1; same(words, start, at, length); length++) {
                    if (!worthTrying(alignment, start, at, length)) {
                        continue;
                    }
                    for (Move move : moves(words, alignment, new int[]{start, at, length}, path.cost())) {
                        if (!found || move.betterThan(best)) {
                            best = move;
                            found = true;
                        }
                    }
                    if (tried >= MOST_MOVES) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    private boolean same(List<String> words, int start, int at, int length) {
        return length <= LONGEST_MOVE && start + length <= words.size() && at + length <= reference.size()
                && words.get(start + length - 1).equals(reference.get(at + length - 1));
    }

    private static boolean worthTrying(Alignment alignment, int start, int at, int length) {
        int place = alignment.places()[at];
        return any(alignment.wrongText(), start, length) && any(alignment.wrongReference(), at, length)
                && (place < start || place >= start + length);
    }

    private static boolean any(boolean[] wrong, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (wrong[i]) {
                return true;
            }
        }
        return false;
    }

    /** @param run its start in the text and in the reference, its length */
    private List<Move> moves(List<String> words, Alignment alignment, int[] run, int cost) {
        List<Move> moves = new ArrayList<>();
        int before = -1;
        for (int offset = -1; offset < run[2] && run[1] + offset < reference.size(); offset++) {
            int place = run[1] + offset;
            int target = place < 0 ? 0 : alignment.places()[place] + 1;
            if (target != before) {
                before = target;
                List<String> moved = moved(words, run[0], run[2], target);
                moves.add(new Move(cost - path(moved).cost(), run[2], run[0], target, moved));
                tried++;
            }
        }
        return moves;
    }

    private static List<String> moved(List<String> words, int start, int length, int target) {
        List<String> run = words.subList(start, start + length);
        List<String> rest = new ArrayList<>(words.subList(0, start));
        rest.addAll(words.subList(start + length, words.size()));
        int at = target <= start ? target : target > start + length ? target - length : target;
        rest.addAll(Math.min(at, rest.size()), run);
        return rest;
    }

    private Alignment align(List<Edit> edits, int words) {
        Alignment alignment = new Alignment(new int[reference.size()], new boolean[reference.size()],
                new boolean[words]);
        int own = -1;
        int other = -1;
        for (Edit edit : edits) {
            own += edit == Edit.INSERT ? 0 : 1;
            other += edit == Edit.DELETE ? 0 : 1;
            if (edit != Edit.DELETE) {
                alignment.places()[other] = own;
                alignment.wrongReference()[other] = edit != Edit.KEEP;
            }
            if (edit != Edit.INSERT) {
                alignment.wrongText()[own] = edit != Edit.KEEP;
            }
        }
        return alignment;
    }

    /** The edit distance within a band around the diagonal. */
    private Path path(List<String> words) {
        int n = words.size();
        int m = reference.size();
        int[][] cost = new int[n + 1][m + 1];
        Edit[][] last = new Edit[n + 1][m + 1];
        double ratio = n == 0 ? 1 : (double) m / n;
        int beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
        for (int i = 0; i <= n; i++) {
            Arrays.fill(cost[i], FAR);
            int diagonal = (int) Math.floor(i * ratio);
            int from = i == 0 ? 0 : Math.max(0, diagonal - beam);
            int to = i == 0 || i == n ? m : Math.min(m, diagonal + beam - 1);
            for (int j = from; j <= to; j++) {
                if (i == 0) {
                    cost[i][j] = j;
                    last[i][j] = Edit.INSERT;
                } else {
                    cell(cost, last, new int[]{i, j}, words);
                }
            }
        }
        return new Path(cost[n][m], trace(last, n, m));
    }

    /** Of equal costs keeping or replacing goes before deleting, that before inserting. */
    private void cell(int[][] cost, Edit[][] last, int[] at, List<String> words) {
        int i = at[0];
        int j = at[1];
        boolean same = j > 0 && words.get(i - 1).equals(reference.get(j - 1));
        int replace = j == 0 ? FAR : cost[i - 1][j - 1] + (same ? 0 : 1);
        int delete = cost[i - 1][j] + 1;
        int insert = j == 0 ? FAR : cost[i][j - 1] + 1;
        cost[i][j] = Math.min(replace, Math.min(delete, insert));
        last[i][j] = replace <= delete && replace <= insert
                ? same ? Edit.KEEP : Edit.REPLACE
                : delete <= insert ? Edit.DELETE : Edit.INSERT;
    }

    private static List<Edit> trace(Edit[][] last, int n, int m) {
        List<Edit> edits = new ArrayList<>();
        int i = n;
        int j = m;
        while (i > 0 || j > 0) {
            Edit edit = last[i][j];
            edits.add(edit);
            i -= edit == Edit.INSERT ? 0 : 1;
            j -= edit == Edit.DELETE ? 0 : 1;
        }
        return edits.reversed();
    }
}
