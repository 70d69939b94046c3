package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.stub.StubConnection;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What counts as a wait. */
class WaitingProgramTest {

    private static final Duration WARM_UP = Duration.ofMillis(50);
    private static final Duration MEASURED = Duration.ofMillis(300);

    private static final WaitingLoad LOAD =
            new WaitingLoad(false, 4, 1, Duration.ofMillis(1), Duration.ZERO, WARM_UP, MEASURED);

    /** A data source of one method. */
    private static DataSource pool(Callable<Connection> getConnection) {
        return (DataSource) Proxy.newProxyInstance(
                WaitingProgramTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> getConnection.call());
    }

    @Test
    void a_thread_that_is_never_served_counts_with_the_age_of_its_wait() throws Exception {
        AtomicReference<Thread> favourite = new AtomicReference<>();
        Map<String, Figure> figures = WaitingProgram.measure(LOAD, pool(() -> {
            Thread me = Thread.currentThread();
            if (favourite.compareAndSet(null, me) || favourite.get() == me) {
                return new StubConnection();
            }
            Pause.nanos(WARM_UP.plus(MEASURED).plusMillis(100).toNanos()); // served after the end, if at all
            return new StubConnection();
        }));

        assertThat(figures.get("unserved").value()).isEqualTo(3);
        assertThat(figures.get("max_wait_ms").value())
                .isBetween(MEASURED.toMillis() / 3.0, WARM_UP.plus(MEASURED).toMillis() * 1.01);
        assertThat(figures.get("borrows_per_thread_min").value()).isZero();
        assertThat(figures.get("borrows_per_thread_max").value()).isPositive();
        assertThat(figures.get("timeouts").value()).isZero();
        assertThat(figures.get("held_us").value()).isGreaterThanOrEqualTo(1_000);
    }

    @Test
    void a_refusal_long_before_the_timeout_ends_the_measuring() {
        DataSource closed = pool(() -> {
            throw new SQLException("the pool is closed");
        });

        assertThatThrownBy(() -> WaitingProgram.measure(LOAD, closed)).hasMessage("the pool is closed");
    }
}
