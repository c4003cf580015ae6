package dev.hone.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A chat template: turns a conversation into the text that a model reads, and tells which ranges of it the model wrote
 * itself. Templates are written in Jinja and rendered exactly as the Python library transformers does
 * (<a href="https://huggingface.co/docs/transformers/chat_templating">chat templating</a>,
 * <a href="https://jinja.palletsprojects.com/en/stable/templates/">Jinja templates</a>); what this interpreter does not
 * have is refused when the template is parsed.
 *
 * <p>Immutable: threads may share one. A template is not trusted: rendering ends after a bounded number of operations and
 * amount of text.
 */
public final class ChatTemplate {
    private static final List<String> NAMES = List.of("alpaca", "chatml", "human-assistant", "plain");

    private final String source;
    private final JinjaParser.Parsed parsed;
    private final Map<String, Object> specialTokens;
    private final Clock clock;

    private ChatTemplate(String source, JinjaParser.Parsed parsed, Map<String, Object> specialTokens, Clock clock) {
        this.source = source;
        this.parsed = parsed;
        this.specialTokens = specialTokens;
        this.clock = clock;
    }

    /**
     * What to render beside the messages.
     *
     * @param addGenerationPrompt whether to end with the beginning of a reply
     * @param continueFinalMessage whether to cut the text behind the last message's content, so that a model continues it
     * @param tools JSON descriptions of the functions that the model may call; empty: none
     * @param variables further variables of the template, JSON-like; they win over all others
     */
    public record Options(boolean addGenerationPrompt, boolean continueFinalMessage, List<?> tools,
            Map<String, Object> variables) {

        /** The conversation as it is. */
        public static final Options WHOLE = new Options(false, false, List.of(), Map.of());

        /** The conversation and the beginning of a reply. */
        public static final Options PROMPT = new Options(true, false, List.of(), Map.of());

        public Options {
            tools = List.copyOf(tools);
            variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
            if (addGenerationPrompt && continueFinalMessage) {
                throw new TemplateException(
                        "addGenerationPrompt and continueFinalMessage exclude each other: one begins a "
                                + "new reply, the other goes on with the last one");
            }
        }
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException with the line, when the template is wrong or uses what is not supported
     */
    public static ChatTemplate parse(String source) {
        JinjaParser.Parsed parsed = guarded(() -> JinjaParser.parse(source));
        return new ChatTemplate(source, parsed, Map.of(), Clock.system(ZoneId.systemDefault()));
    }

    /**
     * The template of a model folder: {@code chat_template.jinja}, {@code chat_template.json} or the entry in
     * {@code tokenizer_config.json}, with the special tokens that the folder names; empty when it has none.
     *
     * @throws TemplateException when a file is broken or the template cannot be parsed
     */
    public static Optional<ChatTemplate> ofModelFolder(Path folder) {
        ChatTemplateFolder files = new ChatTemplateFolder(folder);
        return files.source().map(source -> {
            try {
                return parse(source).withSpecialTokens(files.specialTokens());
            } catch (TemplateException e) {
                throw new TemplateException(folder + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * A template of our own, with generation marks around each reply and its end token: {@code chatml}
     * ({@code <|im_start|>role … <|im_end|>}), {@code human-assistant} ({@code ###Human: … ###Assistant: …}),
     * {@code alpaca} ({@code ### Instruction: … ### Response: …}) or {@code plain} (the contents end to end). All but chatml
     * need the special token {@code eos_token}.
     *
     * @throws TemplateException for another name
     */
    public static ChatTemplate named(String name) {
        if (!NAMES.contains(name)) {
            throw new TemplateException("there is no built-in chat template '" + name + "': the names are "
                    + String.join(", ", NAMES));
        }
        try (InputStream file = ChatTemplate.class.getResourceAsStream("templates/" + name + ".jinja")) {
            if (file == null) {
                throw new IllegalStateException("the built-in chat template " + name + " is missing from the jar");
            }
            return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names that {@link #named} knows. */
    public static List<String> names() { return NAMES; }

    /** The same template with special tokens as variables, by names such as {@code eos_token}, in place of those it has. */
    public ChatTemplate withSpecialTokens(Map<String, ?> tokens) {
        return new ChatTemplate(source, parsed, Collections.unmodifiableMap(new LinkedHashMap<>(tokens)), clock);
    }

    /** The same template with another clock for {@code strftime_now}. */
    public ChatTemplate withClock(Clock other) {
        return new ChatTemplate(source, parsed, specialTokens, other);
    }

    /** The template as it was written. */
    public String source() { return source; }

    /** The special tokens that the template can use as variables. */
    public Map<String, Object> specialTokens() {
        return specialTokens;
    }

    /** Whether the template marks what the model writes with {@code {% generation %}}. */
    public boolean marksGeneration() {
        return parsed.generates();
    }

    /**
     * Renders a conversation.
     *
     * @throws TemplateException with the template's line; it holds the template's own words where that refuses the
     *     conversation
     */
    public RenderedText render(List<Message> messages, Options options) {
        return renderMaps(messages.stream().map(ChatTemplate::map).toList(), options);
    }

    private static Map<String, Object> map(Message message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", message.role().text());
        map.put("content", message.content());
        map.putAll(message.extras());
        return map;
    }

    /**
     * Renders a conversation whose messages are JSON objects as they are: keys, nulls, lists of content parts and all.
     *
     * @throws TemplateException as {@link #render}
     */
    public RenderedText renderMaps(List<? extends Map<String, ?>> messages, Options options) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("tools", options.tools().isEmpty() ? JinjaValue.None.NONE : options.tools());
        variables.put("documents", JinjaValue.None.NONE);
        variables.put("add_generation_prompt", options.addGenerationPrompt());
        variables.putAll(options.variables());
        if (!options.continueFinalMessage()) {
            variables.put("messages", messages);
            return renderVariables(variables);
        }
        ChatTemplateContinuation continuation = ChatTemplateContinuation.of(messages);
        variables.put("messages", continuation.messages());
        return continuation.cut(renderVariables(variables));
    }

    /**
     * Renders with exactly these variables (JSON-like values; null is None) and the special tokens.
     *
     * @throws TemplateException as {@link #render}
     */
    public RenderedText renderVariables(Map<String, ?> variables) {
        Map<String, Object> all = new LinkedHashMap<>(specialTokens);
        all.putAll(variables);
        return guarded(() -> JinjaInterpreter.render(parsed.body(), JinjaInput.variables(all), clock));
    }

    /** The limits on depth keep well inside a usual stack; on a small one the stack itself is the limit. */
    private static <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (JinjaError e) {
            throw new TemplateException("chat template: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new TemplateException("chat template: nested too deeply for the stack of this thread");
        }
    }
}
