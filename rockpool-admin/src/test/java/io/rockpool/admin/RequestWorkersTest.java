package io.rockpool.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S8, H4: the watchdog, without a server. */
@Timeout(20)
class RequestWorkersTest {

    private final RequestWorkers workers = new RequestWorkers(Duration.ofMillis(100));

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void a_client_that_sends_too_slowly_is_cut() throws Exception {
        assertThat(blockedRead(() -> {}).get(10, TimeUnit.SECONDS)).isInstanceOf(ClosedByInterruptException.class);
    }

    @Test
    void a_client_that_takes_the_answer_too_slowly_is_cut() throws Exception {
        assertThat(blockedRead(() -> {
                            RequestWorkers.received();
                            RequestWorkers.sending();
                        })
                        .get(10, TimeUnit.SECONDS))
                .isInstanceOf(ClosedByInterruptException.class);
    }

    @Test
    void a_worker_is_not_interrupted_while_it_works_on_an_answer() throws Exception {
        // slow answer          slow client
        // received
        //                      begins to send
        //                      is cut
        // not interrupted
        CountDownLatch clientCut = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        workers.execute(() -> {
            try {
                RequestWorkers.received();
                interrupted.complete(!clientCut.await(10, TimeUnit.SECONDS) || Thread.interrupted());
            } catch (IOException | InterruptedException e) {
                interrupted.completeExceptionally(e);
            }
        });
        blockedRead(() -> {}).get(10, TimeUnit.SECONDS);
        clientCut.countDown();

        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void the_request_after_a_cut_one_begins_without_an_interrupt() throws Exception {
        for (int i = 0; i < 4; i++) {
            blockedRead(() -> {}).get(10, TimeUnit.SECONDS);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            workers.execute(() -> interrupted.complete(Thread.interrupted()));
            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    private interface Steps {
        void run() throws IOException;
    }

    /** A request that does these steps and then waits for bytes that never come; completes with what ended the wait. */
    private CompletableFuture<Exception> blockedRead(Steps steps) throws IOException {
        Pipe pipe = Pipe.open();
        CompletableFuture<Exception> end = new CompletableFuture<>();
        workers.execute(() -> {
            try (Pipe.SourceChannel source = pipe.source()) {
                steps.run();
                source.read(ByteBuffer.allocate(1));
            } catch (IOException e) {
                end.complete(e);
            }
        });
        return end;
    }
}
