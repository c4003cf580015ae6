package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A service that scores over HTTP.
 *
 * @param url where batches are posted
 * @param style the shape of a request
 * @param timeout of one request in seconds
 * @param retries further attempts
 * @param backoff seconds before the first of them
 * @param batchSize completions in one request
 * @param concurrency requests at the same time
 * @param tokenEnv environment variable with a token
 * @param maxResponseBytes the largest answer that is read
 */
@SettingGroup("http")
public record HttpRewardSettings(
        @Setting(required = true, doc = "Where batches are posted: http:// or https://.") String url,
        @Setting(value = "scores", doc = "The shape of a request: scores = {prompts, completions, facts}; openrlhf = {query,"
                + " prompts, labels}. The answer is {\"scores\": […]} or {\"rewards\": […]} for both.") Style style,
        @Setting(value = "30", above = 0, doc = "Seconds that one request may take.") double timeout,
        @Setting(value = "3", min = 0, max = 20, doc = "Further attempts after a failed connection, a timeout, or the codes 408,"
                + " 429 and 5xx.") int retries,
        @Setting(value = "0.5", min = 0, doc = "Seconds before the second attempt; they double with every further one.") double backoff,
        @Setting(value = "64", min = 1, doc = "Completions in one request.") int batchSize,
        @Setting(value = "4", min = 1, doc = "Requests at the same time.") int concurrency,
        @Setting(doc = "Name of the environment variable with a token, sent as Authorization: Bearer; empty = none.") String tokenEnv,
        @Setting(value = "16777216", min = 1, doc = "The largest answer that is read, in bytes.") int maxResponseBytes)
        implements
            RewardSpec {
    /** The shape of a request. */
    public enum Style {
        SCORES, OPENRLHF
    }

    public HttpRewardSettings {
        Optional<URI> uri = uri(url);
        new Checks().require(uri.isPresent(), "url", url, "an address with a host that begins with http:// or https://")
                .require(uri.map(URI::getUserInfo).isEmpty(), "url", "a name or password before the host",
                        "an address without", "Name an environment variable in token_env.")
                .require(uri.isEmpty() || tokenEnv.isEmpty() || safe(uri.get()), "url", url,
                        "https:// where a token is sent", "Anyone on the way could read it.")
                .done();
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(URI.create(text)).filter(uri -> uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean safe(URI uri) {
        try {
            return uri.getScheme().equals("https") || uri.getHost().equals("localhost")
                    || uri.getHost().matches("[\\d.]+|\\[.*]")
                            && InetAddress.getByName(uri.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    URI address() { return URI.create(url); }

    /** @throws dev.hone.config.ConfigException where the environment variable is not set */
    @Override
    public RewardFunction open() {
        Optional<String> token = tokenEnv.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(System.getenv(tokenEnv)).filter(value -> !value.isBlank());
        new Checks().require(tokenEnv.isEmpty() || token.isPresent(), "token_env", tokenEnv,
                "an environment variable that is set", "Set it to the token before the start.").done();
        return new HttpReward(this, token);
    }
}
