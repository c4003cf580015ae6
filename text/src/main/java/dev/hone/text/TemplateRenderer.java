package dev.hone.text;

import java.util.List;
import java.util.Map;

/** A chat template with what every conversation of a dataset is rendered with. */
record TemplateRenderer(ChatTemplate template, List<?> tools, Map<String, Object> variables)
        implements
            ConversationRenderer {
    @Override
    public RenderedText render(List<Message> messages, boolean addGenerationPrompt) {
        return template.render(messages, new ChatTemplate.Options(addGenerationPrompt, false, tools, variables));
    }

    @Override
    public boolean marksGeneration() { return template.marksGeneration(); }

    @Override
    public ConversationRenderer withTools(List<?> other) { return new TemplateRenderer(template, other, variables); }
}
