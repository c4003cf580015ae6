package dev.hone.reward;

/** Settings of a reward that must be opened before it can score: it reads files, or holds something to be closed. */
public interface RewardSpec {
    /**
     * Opens it. What comes out is closed by its owner where it is {@link AutoCloseable}.
     *
     * @throws dev.hone.config.ConfigException for settings that cannot be used, such as a file that is not there
     */
    RewardFunction open();
}
