package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.regex.Pattern;

/**
 * RL4LMs' task of increasing numbers (arXiv 2210.01241), by which a training can be seen to work without any data: of the
 * numbers in the completion those count, from the first one on, that are each greater than the one before; their count is
 * divided by the number of words, or half of {@code min_tokens} where there are fewer.
 *
 * @param minTokens the wanted length
 */
@SettingGroup("increasing_numbers")
public record IncreasingNumbers(
        @Setting(value = "20", min = 1, doc = "Words, twice as many as a completion must have to reach 1.") int minTokens)
        implements
            RewardFunction {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(?:\\d{1,300}(?:\\.\\d{0,300})?|\\.\\d{1,300})");

    @Override
    public Score score(RewardInput input) {
        List<String> words = BleuTokenizer.V13A.words(input.completion());
        double[] numbers = words.stream().filter(word -> NUMBER.matcher(word).matches())
                .mapToDouble(Double::parseDouble).toArray();
        int rising = Math.min(1, numbers.length);
        while (rising > 0 && rising < numbers.length && numbers[rising] > numbers[rising - 1]) {
            rising++;
        }
        return Score.of(rising / Math.max(words.size(), minTokens / 2.0));
    }
}
