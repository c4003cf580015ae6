package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.rollout.Completion;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.Stop;
import dev.hone.rollout.StopReason;
import dev.hone.text.HubTokenizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplyStreamTest {
    private final HubTokenizer tokenizer = HubTokenizer.load(Cli.MODEL);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Terminal terminal = Terminal.of(new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8), System.err);

    private String printed() { return out.toString(StandardCharsets.UTF_8); }

    private static Rollout rollout(String text, StopReason stop) {
        return new Rollout(0, 0, new int[]{1}, new Completion(new int[]{1}, new float[]{0},
                new float[]{0}, List.of(), stop, Optional.of(text)));
    }

    @Test
    void textThatMayBeginAStopTextWaitsUntilItIsClear() {
        Stop stop = new Stop(Set.of(), List.of("###"));
        ReplyStream stream = new ReplyStream(tokenizer, stop, terminal, () -> false);
        for (int id : tokenizer.encode("a # b ##")) {
            stream.onToken(0, 0, id);
        }
        assertThat(printed()).isEqualTo("a # b ");
        stream.finish(rollout("a # b ", StopReason.STOP_STRING));
        assertThat(printed()).isEqualTo("a # b " + System.lineSeparator());
    }

    @Test
    void endTokensAreNotShownAndHeldTextComesAtTheEnd() {
        int eos = tokenizer.vocabulary().eos().orElseThrow();
        ReplyStream stream = new ReplyStream(tokenizer, new Stop(Set.of(eos), List.of("bc")), terminal, () -> false);
        for (int id : tokenizer.encode("a b")) {
            stream.onToken(0, 0, id);
        }
        stream.onToken(0, 0, eos);
        assertThat(printed()).isEqualTo("a ");
        stream.finish(rollout("a b", StopReason.END_TOKEN));
        assertThat(printed()).isEqualTo("a b" + System.lineSeparator());
    }

    @Test
    void whatTheModelsOwnLimitCutIsTold() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal told = Terminal.of(new ByteArrayInputStream(new byte[0]), new PrintStream(out, true,
                StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        ReplyStream stream = new ReplyStream(tokenizer, Stop.NEVER, told, () -> false);
        stream.onShortened(0, 1);
        stream.finish(rollout("ended", StopReason.END_TOKEN));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        stream.finish(rollout("cut", StopReason.LENGTH));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cut: the model reads no more");
    }

    @Test
    void aUserWhoWantsNoMoreEndsItWithTheTextSoFar() {
        boolean[] stopped = {false};
        ReplyStream stream = new ReplyStream(tokenizer, Stop.NEVER, terminal, () -> stopped[0]);
        int[] ids = tokenizer.encode("one two");
        stream.onToken(0, 0, ids[0]);
        stopped[0] = true;
        assertThatThrownBy(() -> stream.onToken(0, 0, ids[1])).isInstanceOf(ReplyStream.StoppedException.class);
        String text = stream.stopped();
        assertThat("one two").startsWith(text);
        assertThat(printed()).isEqualTo(text + System.lineSeparator());
    }
}
