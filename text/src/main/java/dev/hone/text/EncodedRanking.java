package dev.hone.text;

import java.util.List;

/**
 * Ranked answers as tokens. All rows begin with the same tokens of the prompt.
 *
 * @param rows the prompt with each answer, best first, weight 1 on the answer
 * @param places [rows] the place of each, rising from 0; rows of one place are equally good and make no pair
 * @param promptLength how many tokens of the prompt all begin with
 */
public record EncodedRanking(List<Encoded> rows, int[] places, int promptLength) {
    public EncodedRanking {
        rows = List.copyOf(rows);
        if (rows.size() < 2 || rows.size() != places.length) {
            throw new IllegalArgumentException(rows.size() + " ranked rows with " + places.length + " places");
        }
    }
}
