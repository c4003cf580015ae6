package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * What is left to earn from each token on, brought to mean 0 and spread 1 over all tokens of the step (REINFORCE++, arXiv 2501.03262, eq. 7 and 8): a
 * baseline that needs neither a critic nor several completions of a prompt.
 */
@SettingGroup("Advantage: normalised over the batch")
public record BatchNormalized(
        @Setting(value = "1", min = 0, max = 1, doc = "Discount of a reward one token away.") double gamma)
        implements
            Advantage {

    public BatchNormalized {
        new Checks().require(gamma >= 0 && gamma <= 1, "gamma", gamma, "0 to 1").done();
    }

    @Override
    public Estimate of(Experience e) {
        Estimate plain = new ReturnToGo(gamma).of(new Experience(e.groups(), e.rewards(), new double[0][]));
        double[][] rows = plain.returns().clone();
        for (int i = 0; i < rows.length; i++) {
            rows[i] = plain.usable()[i] ? rows[i] : new double[0]; // says nothing about mean and spread
        }
        double[][] white = Whitening.of(rows, true);
        for (int i = 0; i < rows.length; i++) {
            white[i] = plain.usable()[i] ? white[i] : new double[e.rewards()[i].length];
        }
        return new Estimate(white, plain.returns(), plain.usable(), plain.metrics());
    }
}
