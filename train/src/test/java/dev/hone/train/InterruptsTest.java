package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;
import sun.misc.SignalHandler;

class InterruptsTest {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> halted = new LinkedBlockingQueue<>();

    @Test
    void theFirstSignalIsAWishAndTheSecondAnEnd() throws InterruptedException {
        try (Interrupts interrupts = Interrupts.listen(told::add, halted::add)) {
            assertThat(interrupts.requested()).isFalse();
            assertThat(interrupts.exitCode()).isEmpty();
            Signal.raise(new Signal("INT"));
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("SIGINT");
            assertThat(interrupts.requested()).isTrue();
            assertThat(interrupts.exitCode()).contains(130);
            assertThat(halted).isEmpty();
            Signal.raise(new Signal("TERM"));
            assertThat(halted.poll(10, TimeUnit.SECONDS)).isEqualTo(143);
            assertThat(interrupts.exitCode()).contains(130);
        }
    }

    @Test
    void closingGivesTheSignalsBack() throws InterruptedException {
        for (String name : List.of("INT", "TERM")) {
            BlockingQueue<String> former = new LinkedBlockingQueue<>();
            SignalHandler before = Signal.handle(new Signal(name), signal -> former.add(signal.getName()));
            try {
                Interrupts.listen(told::add, halted::add).close();
                Signal.raise(new Signal(name));
                assertThat(former.poll(10, TimeUnit.SECONDS)).isEqualTo(name);
                assertThat(told).isEmpty();
            } finally {
                Signal.handle(new Signal(name), before);
            }
        }
    }
}
