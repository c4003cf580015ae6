package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hone.config.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpRewardTest {
    private static final String OK = "{\"scores\": [1]}";

    private final List<JsonNode> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private ExecutorService threads;

    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void on(String path, Answer answer) {
        server.createContext(path, exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked.add(JsonMapper.shared().readTree(body));
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            try {
                answer.to(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
    }

    private static void send(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String url(String path) { return "http://127.0.0.1:" + server.getAddress().getPort() + path; }

    private List<Score> score(String more, RewardInput... inputs) {
        try (HttpReward reward = new HttpReward((HttpRewardSettings) RewardRules
                .parse(List.of("http(url='" + url("/r") + "', backoff=0.01" + more + ")")).getFirst().settings(),
                Optional.of("secret-token"))) {
            return reward.scoreAll(List.of(inputs));
        }
    }

    private Score one(String more) { return score(more, Rule.input("c")).getFirst(); }

    @Test
    void postsBatchesAndKeepsTheirOrder() {
        on("/r", exchange -> {
            JsonNode last = JsonMapper.shared().readTree("[]");
            synchronized (asked) {
                last = asked.getLast();
            }
            send(exchange, 200,
                    "{\"scores\": [" + String.join(",", Collections.nCopies(last.get("prompts").size(), "1"))
                            + "]}");
        });
        RewardInput[] inputs = IntStream.range(0, 5)
                .mapToObj(i -> RewardInput.text("p" + i, "c" + i, Map.of("answer", "a" + i)))
                .toArray(RewardInput[]::new);
        assertThat(score(", batch_size=2, concurrency=1", inputs)).containsOnly(Score.of(1)).hasSize(5);
        assertThat(asked).hasSize(3);
        JsonNode first = asked.stream().filter(node -> node.get("prompts").get(0).stringValue().equals("p0"))
                .findFirst()
                .orElseThrow();
        assertThat(first).hasToString("{\"prompts\":[\"p0\",\"p1\"],\"completions\":[\"c0\",\"c1\"],"
                + "\"facts\":[{\"answer\":\"a0\"},{\"answer\":\"a1\"}]}");
        assertThat(tokens).containsOnly("Bearer secret-token");
    }

    @Test
    void scoresStandWhereTheirCompletionsStand() {
        on("/r", exchange -> send(exchange, 200, "{\"scores\": [0.5, null, -2, \"x\", [1, 2], 1e999]}"));
        assertThat(score("", Rule.input("a"), Rule.input("b"), Rule.input("c"), Rule.input("d"), Rule.input("e"),
                Rule.input("f"))).satisfies(scores -> {
                    assertThat(scores.get(0)).isEqualTo(Score.of(0.5));
                    assertThat(scores.get(1)).isEqualTo(Score.unusable("the service gave no score"));
                    assertThat(scores.get(2)).isEqualTo(Score.of(-2));
                    assertThat(scores.get(3)).isEqualTo(Score.unusable("the service gave a score that is no number"));
                    assertThat(scores.get(4).total()).isEqualTo(3);
                    assertThat(scores.get(5).usable()).isFalse();
                });
    }

    @Test
    void openRlhfsShape() {
        on("/r", exchange -> send(exchange, 200, "{\"rewards\": [3]}"));
        assertThat(score(", style=openrlhf", RewardInput.text("p", "c", Map.of("answer", "a"))))
                .containsExactly(Score.of(3));
        assertThat(asked.getFirst()).hasToString("{\"prompts\":[\"p\"],\"query\":[\"pc\"],\"labels\":[\"a\"]}");
    }

    @Test
    void triesAgainAfterAFailureOfTheServer() {
        AtomicInteger calls = new AtomicInteger();
        on("/r", exchange -> send(exchange, calls.incrementAndGet() < 3 ? 500 : 200, OK));
        assertThat(one("")).isEqualTo(Score.of(1));
        assertThat(calls).hasValue(3);
    }

    @ParameterizedTest
    @CsvSource({"500,3", "503,3", "429,3", "400,1", "401,1", "404,1"})
    void givesUpAndTellsTheCode(int code, int attempts) {
        on("/r", exchange -> send(exchange, code, "secret-token leaked"));
        assertThat(one(", retries=2")).isEqualTo(Score.unusable("the service answered HTTP " + code));
        assertThat(asked).hasSize(attempts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"<html>|is not JSON", "{\"scores\": [1, 2]}|another number of scores",
            "{\"score\": 1}|no list named", "''|is not JSON|", "[1]|no list named", "{\"scores\": 1}|no list named"})
    void garbageIsUnusableAndNotAskedForAgain(String body, String reason) {
        on("/r", exchange -> send(exchange, 200, body));
        assertThat(((Score.Unusable) one("")).reason()).contains(body.isEmpty() ? "the service" : reason);
        assertThat(asked).hasSize(1);
    }

    @Test
    void anAnswerWithoutEndIsNotRead() {
        on("/r", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                while (true) {
                    body.write(new byte[8192]);
                }
            } catch (IOException closed) {
                // as it should be
            }
        });
        assertThat(one(", max_response_bytes=10000"))
                .isEqualTo(Score.unusable("the service answered with more than 10000 bytes"));
        assertThat(asked).hasSize(1);
    }

    @Test
    void aServiceThatStallsIsLate() {
        on("/r", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            end.await(60, TimeUnit.SECONDS);
        });
        assertThat(one(", timeout=0.3, retries=1")).isEqualTo(Score.unusable("the service took more than 0.3 s"));
        assertThat(asked).hasSize(2);
    }

    @Test
    void redirectsStayOnTheHost() {
        on("/r", exchange -> {
            exchange.getResponseHeaders().add("Location", "/there");
            send(exchange, 307, "");
        });
        on("/there", exchange -> send(exchange, 200, OK));
        assertThat(one("")).isEqualTo(Score.of(1));
    }

    @ParameterizedTest
    @CsvSource({"307,http://localhost:9/there", "302,/there", "307,/r", "307,'http://[bad'",
            "308,https://127.0.0.1/there"})
    void otherRedirectsAreRefused(int code, String place) {
        on("/r", exchange -> {
            exchange.getResponseHeaders().add("Location", place);
            send(exchange, code, "");
        });
        on("/there", exchange -> send(exchange, 200, OK));
        assertThat(((Score.Unusable) one("")).reason()).startsWith("refused a redirect (HTTP " + code + ")");
        assertThat(asked).hasSize(place.equals("/r") ? 4 : 1);
    }

    @Test
    void nobodyThereIsUnusable() {
        server.stop(0);
        assertThat(((Score.Unusable) one(", retries=1")).reason()).isEqualTo("the connection failed: ConnectException");
    }

    @Test
    void noMoreRequestsAtOnceThanAllowed() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        on("/r", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.sleep(20);
            now.decrementAndGet();
            send(exchange, 200, OK);
        });
        RewardInput[] inputs = IntStream.range(0, 8).mapToObj(i -> Rule.input("c")).toArray(RewardInput[]::new);
        assertThat(score(", batch_size=1, concurrency=2", inputs)).containsOnly(Score.of(1)).hasSize(8);
        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void addressesThatAreRefused() {
        for (String bad : List.of("ftp://host", "host", "http://name:pass@host/", "http:///x")) {
            assertThatThrownBy(() -> Rule.of("http(url='" + bad + "')")).as(bad).isInstanceOf(ConfigException.class)
                    .hasMessageContaining("http.url");
        }
        assertThatThrownBy(() -> Rule.of("http(url='http://example.org', token_env=HOME)"))
                .hasMessageContaining("https:// where a token is sent");
        assertThatThrownBy(() -> Rule.of("http(url='http://localhost:1', token_env=HONE_NO_SUCH_VARIABLE)"))
                .hasMessageContaining("HONE_NO_SUCH_VARIABLE").hasMessageContaining("environment variable that is set");
    }
}
