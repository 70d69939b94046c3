package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class PinnedThreadsTest {

    private static final long MILLIS = 100;

    private static int pinned(Runnable work) throws Exception {
        try (PinnedThreads watch = PinnedThreads.watch()) {
            Thread thread = VirtualThreads.factory().newThread(work);
            thread.start();
            thread.join();
            return watch.stopAndCount();
        }
    }

    @Test
    void a_wait_that_keeps_its_carrier_is_counted_and_another_is_not() throws Exception {
        assumeTrue(VirtualThreads.exist(), "this JDK has no virtual threads to pin");

        assertThat(pinned(() -> WaitsInItsInitialiser.touch())).isPositive();
        assertThat(pinned(PinnedThreadsTest::waitABit)).isZero();
    }

    @Test
    void before_jdk_21_there_are_no_virtual_threads() {
        assumeTrue(!VirtualThreads.exist(), "this JDK has virtual threads");

        assertThatThrownBy(VirtualThreads::factory).isInstanceOf(UnsupportedOperationException.class);
    }

    private static void waitABit() {
        Pause.nanos(MILLIS * 1_000_000);
    }

    /** A class initialiser is native to the JVM: it pins on every JDK. */
    private static final class WaitsInItsInitialiser {

        static {
            waitABit();
        }

        static void touch() {
            // the class is initialised now
        }
    }
}
