package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A hostile template ends in a TemplateException, whatever it tries. */
class JinjaLimitsTest {
    private static final String DOUBLING = "{% set ns = namespace(x=START) %}{% for i in range(60) %}"
            + "{% set ns.x = STEP %}{% endfor %}{{ END }}";

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("loops in loops", loops(5)),
                Arguments.of("a long range", "{{ range(10 ** 12) }}"),
                Arguments.of("a text times a number", "{{ 'ab' * 10 ** 12 }}"),
                Arguments.of("a list times a number", "{{ [1] * 10 ** 12 }}"),
                Arguments.of("a doubled text", doubling("'x'", "ns.x + ns.x", "ns.x")),
                Arguments.of("a doubled list", doubling("[1]", "ns.x + ns.x", "ns.x")),
                Arguments.of("a list of itself twice, printed", doubling("[1]", "[ns.x, ns.x]", "ns.x")),
                Arguments.of("a list of itself twice, as JSON", doubling("[1]", "[ns.x, ns.x]", "ns.x|tojson")),
                Arguments.of("a list of itself twice, compared",
                        doubling("[[1], [1]]", "[[ns.x[0], ns.x[0]], [ns.x[1], ns.x[1]]]", "ns.x[0] == ns.x[1]")),
                Arguments.of("a tuple of itself twice, as a key", doubling("(1,)", "(ns.x, ns.x)", "{ns.x: 1}")),
                Arguments.of("a growing number", doubling("3", "ns.x * ns.x", "ns.x")),
                Arguments.of("a large power", "{{ 7 ** 77777777 }}"),
                Arguments.of("a growing replacement", doubling("'x'", "ns.x|replace('x', 'xx')", "ns.x")),
                Arguments.of("a growing join", doubling("'xx'", "ns.x.join(['x'] * 100)", "ns.x")),
                Arguments.of("a wide indent", "{{ 'a'|indent(10 ** 10, true) }}"),
                Arguments.of("a wide JSON indent", "{{ [[1]]|tojson(indent=10 ** 10) }}"),
                Arguments.of("a wide column", "{{ 'a'.ljust(10 ** 10) }}"),
                Arguments.of("a wide format", "{{ '%999999d' % 1 * 1000 }}"),
                Arguments.of("a long output",
                        "{% set x = 'x' * 100000 %}{% for i in range(1000) %}{{ x }}{% endfor %}"),
                Arguments.of("a long text searched often",
                        "{% set x = 'x' * 10000000 %}" + loops(3).replace("{{ 1 }}", "{{ 'y' in x }}")),
                Arguments.of("many characters", "{{ ('x' * 16000000)|list|length }}"),
                Arguments.of("a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
                Arguments.of("macros that call each other",
                        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}"),
                Arguments.of("a call block in its own macro",
                        "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}"),
                Arguments.of("a namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}"),
                Arguments.of("a list nested by a loop", "{% set n = namespace(x=[]) %}{% for i in range(50000) %}"
                        + "{% set n.x = [n.x] %}{% endfor %}{{ n.x }}"),
                Arguments.of("many brackets", "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}"),
                Arguments.of("many lists", "{{ " + "[".repeat(100_000)),
                Arguments.of("many signs", "{{ " + "-".repeat(100_000) + "1 }}"),
                Arguments.of("many nots", "{{ " + "not ".repeat(100_000) + "1 }}"),
                Arguments.of("many sums", "{{ 1" + " + 1".repeat(100_000) + " }}"),
                Arguments.of("many filters", "{{ 'x'" + "|trim".repeat(100_000) + " }}"),
                Arguments.of("many attributes", "{{ messages" + "[0]".repeat(100_000) + " }}"),
                Arguments.of("many choices", "{{ 1" + " if 1 else 1".repeat(100_000) + " }}"),
                Arguments.of("many ifs", "{% if 1 %}".repeat(100_000)),
                Arguments.of("many targets", "{% set " + "(".repeat(100_000) + "x"),
                Arguments.of("a long number", "{{ " + "9".repeat(1_000_000) + " }}"),
                Arguments.of("a number with underscores", "{{ 1" + "_1".repeat(400_000) + " }}"),
                Arguments.of("a text read as a number", "{{ ('1_' * 1000000 ~ '1')|float(none) + 1 }}"),
                Arguments.of("a template too long", "x".repeat(2_000_000)));
    }

    private static String loops(int depth) {
        return "{% for i in range(100000) %}".repeat(depth) + "{{ 1 }}" + "{% endfor %}".repeat(depth);
    }

    private static String doubling(String start, String step, String end) {
        return DOUBLING.replace("START", start).replace("STEP", step).replace("END", end);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void hostile(String name, String source) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertThatThrownBy(
                () -> ChatTemplate.parse(source).renderVariables(Map.of("messages", "x")))
                .isInstanceOf(TemplateException.class).hasMessageContaining("chat template"));
    }

    @Test
    void theStackOfASmallThreadIsRespected() throws InterruptedException {
        ChatTemplate template = ChatTemplate.parse("{% macro m(n) %}{{ [[[[m(n + 1)]]]] }}{% endmacro %}{{ m(0) }}");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null,
                () -> thrown.set(catchThrowable(() -> template.renderVariables(Map.of()))), "small", 64 * 1024);
        thread.start();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(TemplateException.class).hasMessageContaining("nested too deeply");
    }

    @Test
    void variablesNestedTooDeeplyAreRefused() {
        Object value = "x";
        for (int i = 0; i < 5000; i++) {
            value = java.util.List.of(value);
        }
        Map<String, Object> variables = Map.of("deep", value);
        assertThatThrownBy(() -> ChatTemplate.parse("{{ deep }}").renderVariables(variables))
                .isInstanceOf(TemplateException.class).hasMessageContaining("'deep'")
                .hasMessageContaining("200 levels");
    }

    @Test
    void largeHonestWorkPasses() {
        String source = "{% for m in messages %}{{ m.role ~ ':' ~ m.content|trim }}{{ '\\n' if not loop.last }}"
                + "{% endfor %}";
        Map<String, Object> message = Map.of("role", "user", "content", " " + "word ".repeat(2000));
        Map<String, Object> variables = Map.of("messages", java.util.Collections.nCopies(1000, message));
        assertThat(ChatTemplate.parse(source).renderVariables(variables).text())
                .hasSize(1000 * ("user:".length() + "word ".length() * 2000 - 1) + 999);
    }
}
