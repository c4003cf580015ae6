import dev.hone.model.Decoder;
import dev.hone.rollout.Generation;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.ChatTemplate;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Message;
import dev.hone.text.StreamDecoder;
import java.nio.file.Path;
import java.util.List;

/**
 * One question to a model, its answer printed while it is written: tokenizer, chat template, weights and a generation in a
 * dozen lines.
 *
 * <p>Leaves out: further turns (keep the messages and render them again), stop strings (give the engine a way from tokens to
 * text), several prompts at once (give the engine a longer list). {@code hone chat} and {@code hone generate} have them.
 *
 * <p>Run it with the model that Sft.java makes (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/FirstChat.java runs/capitals/model 'What is the capital of Peru?'
 * </pre>
 *
 * Last lines:
 *
 * <pre>
 * Lima
 * (5 tokens, ended by END_TOKEN)
 * </pre>
 */
public final class FirstChat {
    private static final int LONGEST_REPLY = 256;

    private FirstChat() {}

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("found " + args.length + " words, expected two: a model folder and a question");
            System.exit(2);
        }
        Path folder = Path.of(args[0]);
        Message question = Message.user(args[1]);
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        String prompt = ChatTemplate.ofModelFolder(folder)
                .map(template -> template.render(List.of(question), ChatTemplate.Options.PROMPT).text())
                .orElse(question.content());
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        Generation generation = new Generation(LONGEST_REPLY, 1, defaults.sampling(), defaults.stop());
        try (Decoder model = Decoder.load(folder, DType.BFLOAT16, Device.best())) {
            StreamDecoder words = new StreamDecoder(tokenizer);
            Rollout reply = new RolloutEngine(model).generate(
                    List.of(new PromptTokens(0, tokenizer.encode(prompt))), generation, (number, sample, token) -> {
                        System.out.print(words.next(token));
                        System.out.flush();
                    }).getFirst();
            System.out.println(words.flush());
            System.out.println("(" + reply.completionIds().length + " tokens, ended by " + reply.stop() + ")");
        }
    }
}
