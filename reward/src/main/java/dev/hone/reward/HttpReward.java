package dev.hone.reward;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a service for scores. A request that fails after all attempts makes its completions unusable, with the code or the kind
 * of failure and never the service's own words: they could hold anything, the token included. Redirects are followed on the
 * same host only.
 */
public final class HttpReward implements BatchReward, AutoCloseable {
    private static final int REDIRECTS = 3;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY = 429;
    private static final int SERVER = 500;

    private final HttpRewardSettings settings;
    private final Optional<String> token;
    private final HttpShape shape;
    private final HttpClient client;

    /** @param token sent with every request, and shown nowhere */
    public HttpReward(HttpRewardSettings settings, Optional<String> token) {
        this.settings = settings;
        this.token = token;
        this.shape = new HttpShape(settings.style());
        this.client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).connectTimeout(timeout())
                .build();
    }

    /** Each request has a limit of its own. */
    @Override
    public Calling calling() { return Calling.UNLIMITED; }

    private Duration timeout() { return Duration.ofNanos((long) (settings.timeout() * 1e9)); }

    @Override
    public List<Score> scoreAll(List<RewardInput> inputs) {
        Semaphore free = new Semaphore(settings.concurrency());
        List<Future<List<Score>>> waiting = new ArrayList<>();
        List<Score> scores = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int from = 0; from < inputs.size(); from += settings.batchSize()) {
                    List<RewardInput> batch = inputs.subList(from,
                            Math.min(inputs.size(), from + settings.batchSize()));
                    waiting.add(threads.submit(() -> {
                        free.acquire();
                        try {
                            return batch(batch);
                        } finally {
                            free.release();
                        }
                    }));
                }
                for (Future<List<Score>> batch : waiting) {
                    scores.addAll(batch.get());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for a service");
            } catch (ExecutionException e) {
                throw new IllegalStateException("a request failed", e.getCause());
            } finally {
                waiting.forEach(batch -> batch.cancel(true));
            }
        }
        return List.copyOf(scores);
    }

    /** What came of one attempt: scores, or a failure that may pass. */
    private record Attempt(List<Score> scores, boolean passing) {}

    private List<Score> batch(List<RewardInput> inputs) throws InterruptedException {
        byte[] body = shape.request(inputs);
        double wait = settings.backoff();
        for (int attempt = 0;; attempt++) {
            Attempt result = attempt(body, inputs.size());
            if (!result.passing() || attempt == settings.retries()) {
                return result.scores();
            }
            Thread.sleep(Duration.ofNanos((long) (wait * 1e9)));
            wait *= 2;
        }
    }

    private Attempt attempt(byte[] body, int count) throws InterruptedException {
        try {
            URI address = settings.address();
            HttpResponse<byte[]> response = send(address, body);
            for (int redirects = 0; response.statusCode() / 100 == 3; redirects++) {
                Optional<URI> next = redirect(address, response);
                if (next.isEmpty() || redirects == REDIRECTS) {
                    return failed(count, "refused a redirect (HTTP " + response.statusCode()
                            + "): only 307 and 308 on the same host are followed", false);
                }
                address = next.get();
                response = send(address, body);
            }
            int code = response.statusCode();
            if (code / 100 != 2) {
                return failed(count, "the service answered HTTP " + code,
                        code == REQUEST_TIMEOUT || code == TOO_MANY || code >= SERVER);
            }
            return new Attempt(shape.scores(response.body(), count), false);
        } catch (TimeoutException e) {
            return failed(count, "the service took more than " + settings.timeout() + " s", true);
        } catch (IOException e) {
            boolean large = String.valueOf(e.getMessage()).contains("body exceeds capacity");
            return failed(count, large
                    ? "the service answered with more than " + settings.maxResponseBytes() + " bytes"
                    : "the connection failed: " + e.getClass().getSimpleName(), !large);
        }
    }

    private static Attempt failed(int count, String reason, boolean passing) {
        return new Attempt(Guard.all(count, Score.unusable(reason)), passing);
    }

    /** The limit holds for the body too, which a request's own timeout does not see. */
    private HttpResponse<byte[]> send(URI address, byte[] body)
            throws IOException, InterruptedException, TimeoutException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(timeout())
                .header("Content-Type", "application/json").header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request.build(), HttpResponse.BodyHandlers
                .limiting(HttpResponse.BodyHandlers.ofByteArray(), settings.maxResponseBytes()));
        try {
            return sent.get(timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            sent.cancel(true);
        }
    }

    private static Optional<URI> redirect(URI from, HttpResponse<byte[]> response) {
        boolean keepsMethod = response.statusCode() == 307 || response.statusCode() == 308;
        try {
            return response.headers().firstValue("Location").filter(place -> keepsMethod).map(from::resolve)
                    .filter(to -> Objects.equals(to.getScheme(), from.getScheme())
                            && Objects.equals(to.getHost(), from.getHost()) && to.getPort() == from.getPort());
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    @Override
    public void close() { client.shutdownNow(); }
}
