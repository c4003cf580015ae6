package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.model.Decoder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a mask policy's scores leave, by hand: five tokens of which 3 and 4 end a completion. */
class GuideTopPTest {
    private static final TokenSet ENDS = TokenSet.of(3, 4);
    /** Probabilities 0.5, 0.25, 0.05, 0.15, 0.05. */
    private static final float[] SCORES = logs(0.5, 0.25, 0.05, 0.15, 0.05);

    private static Decoder model;

    @BeforeAll
    static void make() {
        model = SmallModel.make(3);
        SmallModel.engine(model, 5).generate(SmallModel.prompts(1),
                new Generation(1, 1, Sampling.of(1, 0), Stop.NEVER));
    }

    @AfterAll
    static void free() { model.close(); }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    private static TokenSet allowed(GuideTopP mask, int written) {
        return mask.allowed(new Constraint.Written(0, 0, new int[]{1}, new int[written], Optional.of(SCORES)));
    }

    @Test
    void theTokenThatReachesTheShareIsTheLast() {
        assertThat(allowed(new GuideTopP(model, 0.4), 0)).isEqualTo(TokenSet.of(0));
        assertThat(allowed(new GuideTopP(model, 0.6), 0)).isEqualTo(TokenSet.of(0, 1));
        assertThat(allowed(new GuideTopP(model, 0.8), 0)).isEqualTo(TokenSet.of(0, 1, 3));
        assertThat(allowed(new GuideTopP(model, 1), 0)).isEqualTo(TokenSet.ALL);
    }

    @Test
    void anEndIsAlwaysInReachOnceOneMayEnd() {
        GuideTopP mask = new GuideTopP(model, 0.4, 1, ENDS, 2);
        assertThat(allowed(mask, 2)).isEqualTo(TokenSet.of(0, 3, 4));
        assertThat(allowed(mask, 1)).isEqualTo(TokenSet.of(0));
    }

    /** Of 0.8 that is left, 0.74 are 0.592, which the first alone does not reach; with the ends it would need them. */
    @Test
    void beforeItMayEndTheEndsHaveNoPartInTheShare() {
        assertThat(allowed(new GuideTopP(model, 0.8, 1, ENDS, 1), 0)).isEqualTo(TokenSet.of(0, 1));
        assertThat(allowed(new GuideTopP(model, 0.8, 1, ENDS, 0), 0)).isEqualTo(TokenSet.of(0, 1, 3, 4));
        assertThat(allowed(new GuideTopP(model, 0.4, 3, ENDS, 1), 0)).isEqualTo(TokenSet.of(0, 1, 2));
    }

    @Test
    void atLeastSoManyTokensAreLeft() {
        assertThat(allowed(new GuideTopP(model, 0.4, 2, TokenSet.of(), 0), 0)).isEqualTo(TokenSet.of(0, 1));
        assertThat(allowed(new GuideTopP(model, 0.4, 99, TokenSet.of(), 0), 0).size(5)).isEqualTo(5);
    }

    /** A mask that thinks of nothing but an end does not cut a completion short. */
    @Test
    void noCompletionEndsBeforeItsMinimum() {
        Stop stop = Stop.at(1, 2, 3);
        GuideTopP mask = new GuideTopP(model, 0.05, 1, TokenSet.of(1, 2, 3), 6);
        List<Rollout> all = SmallModel.engine(model, 5).generate(SmallModel.prompts(20), new Generation(30, 4,
                Sampling.of(1, 8), stop).with(Support.WHOLE.withMinNewTokens(6).withConstraint(mask).keeping()));
        assertThat(all).allMatch(rollout -> rollout.completionIds().length > 6)
                .anyMatch(rollout -> rollout.stop() == StopReason.END_TOKEN);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new GuideTopP(model, 0)).hasMessageContaining("top_p of the mask policy is 0.0");
        assertThatThrownBy(() -> new GuideTopP(model, 1.5)).hasMessageContaining("at most 1");
        assertThatThrownBy(() -> new GuideTopP(model, 0.5, 0, ENDS, 0)).hasMessageContaining("at least 1");
    }
}
