package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.objective.Experience;
import dev.hone.reward.MissingScores;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardInput;
import dev.hone.reward.RewardLimits;
import dev.hone.reward.RewardScores;
import dev.hone.reward.Rewards;
import dev.hone.reward.Score;
import dev.hone.rollout.Completion;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.text.Conversation;
import dev.hone.text.Message;
import dev.hone.text.Origin;
import dev.hone.text.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers of a step with the rewards that TRL's run gave them. TRL shuffles answers after it has judged them: which
 * reward belongs to which answer is the one order of rewards that leads to the advantages that it saved.
 */
record GoldenRewards(List<Group> groups, RewardScores scores) {
    private static final int SIZE = 4;

    /**
     * What rewards said.
     *
     * @param values [N·2] in the order of the data
     * @param weights of both rewards
     */
    record Table(float[] values, double[] weights) {
        double sum(int row) { return weighted(row, 0) + weighted(row, 1); }

        private double weighted(int row, int column) {
            float value = values[2 * row + column];
            return Float.isNaN(value) ? 0 : weights[column] * value;
        }
    }

    /** What reads the answers. */
    record Models(ActorCritic policy, Decoder reference) {}

    static GoldenRewards of(GoldenRollouts step, Table table, Models models, AdvantageMaker.Method method) {
        List<List<Integer>> groups = step.groups();
        List<RolloutRow> rows = step.rows(true);
        List<RolloutReader.Said> said = new RolloutReader(models.policy, 1, 1000).read(rows);
        List<List<float[]>> referred = new References(models.reference).of(rows, RolloutRow::packed, 1000);
        double[] prices = new double[groups.size() * SIZE];
        for (int i = 0; i < prices.length; i++) {
            float[] own = said.get(i / SIZE).logProbs().get(i % SIZE);
            for (int t = 0; t < own.length; t++) {
                prices[i] += method.kl().beta() * (own[t] - referred.get(i / SIZE).get(i % SIZE)[t]);
            }
        }
        int[] places = places(step, table, prices, method);
        List<RewardInput> inputs = new ArrayList<>();
        List<List<Rollout>> rollouts = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            List<Rollout> own = new ArrayList<>();
            for (int i = 0; i < SIZE; i++) {
                float[] logProbs = said.get(g).logProbs().get(i);
                int answer = groups.get(g).get(i);
                own.add(new Rollout(g, i, step.prompts()[answer], new Completion(step.completions()[answer], logProbs,
                        logProbs, List.of(), StopReason.LENGTH, Optional.of(""))));
                inputs.add(RewardInput.of("", own.getLast(), Map.of("place", String.valueOf(places[g * SIZE + i]))));
            }
            rollouts.add(own);
        }
        RewardScores scores = rewards(table).score(inputs);
        List<Group> judged = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            judged.add(new Group(prompt(step.prompts()[groups.get(g).getFirst()], g), rollouts.get(g),
                    scores.totals().subList(g * SIZE, (g + 1) * SIZE), Map.of()));
        }
        return new GoldenRewards(judged, scores);
    }

    private static Rewards rewards(Table table) {
        List<NamedReward> functions = new ArrayList<>();
        for (int f = 0; f < 2; f++) {
            int column = f;
            functions.add(new NamedReward("reward_" + "ab".charAt(f),
                    input -> Score.of(table.values[2 * Integer.parseInt(input.facts().get("place")) + column]),
                    table.weights[f]));
        }
        return new Rewards(functions, RewardLimits.defaults(), MissingScores.SUM_OTHERS);
    }

    /** For each answer, groups end to end, the row of its rewards. */
    private static int[] places(GoldenRollouts step, Table table, double[] prices, AdvantageMaker.Method method) {
        List<Integer> answers = step.groups().stream().flatMap(List::stream).toList();
        List<int[]> orders = orders(List.of(0, 1, 2, 3));
        int[] best = {};
        double least = Double.POSITIVE_INFINITY;
        for (int first : new int[]{0, SIZE}) {
            for (int[] one : orders) {
                for (int[] other : orders) {
                    int[] places = new int[2 * SIZE];
                    for (int i = 0; i < SIZE; i++) {
                        places[i] = first + one[i];
                        places[SIZE + i] = SIZE - first + other[i];
                    }
                    double miss = miss(step, answers, advantages(places, table, prices, method));
                    if (miss < least) {
                        least = miss;
                        best = places;
                    }
                }
            }
        }
        return best;
    }

    private static double[][] advantages(int[] places, Table table, double[] prices, AdvantageMaker.Method method) {
        int[] groups = new int[places.length];
        double[][] rewards = new double[places.length][1];
        for (int i = 0; i < places.length; i++) {
            groups[i] = i / SIZE;
            rewards[i][0] = method.shaping().score(table.sum(places[i]), true) - prices[i];
        }
        return method.advantage().of(new Experience(groups, rewards, new double[0][])).advantages();
    }

    private static double miss(GoldenRollouts step, List<Integer> answers, double[][] advantages) {
        double miss = 0;
        for (int i = 0; i < advantages.length; i++) {
            miss += Math.abs(advantages[i][0] - step.advantages()[answers.get(i)]);
        }
        return miss;
    }

    private static List<int[]> orders(List<Integer> left) {
        if (left.isEmpty()) {
            return List.of(new int[0]);
        }
        List<int[]> orders = new ArrayList<>();
        for (Integer first : left) {
            for (int[] rest : orders(left.stream().filter(each -> !each.equals(first)).toList())) {
                int[] order = new int[rest.length + 1];
                order[0] = first;
                System.arraycopy(rest, 0, order, 1, rest.length);
                orders.add(order);
            }
        }
        return orders;
    }

    private static PromptRow prompt(int[] ids, int index) {
        return new PromptRow(index, new Prompt(new Conversation(List.of(Message.user(""))), Map.of(),
                new Origin(Path.of("fixture"), index, "row")), ids);
    }
}
