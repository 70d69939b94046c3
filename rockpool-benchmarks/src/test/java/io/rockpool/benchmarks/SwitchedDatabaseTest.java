package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.benchmarks.SwitchedDatabase.Absence;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller meets while the database is away and after. Waits have generous ends; only "not before" is asserted. */
class SwitchedDatabaseTest {

    private static final int MILLIS = 50;
    private static final int SECONDS = 30;

    private final SwitchedDatabase database = new SwitchedDatabase();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        database.comeBack();
        callers.shutdownNow();
    }

    private static boolean query(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute("select 1");
        }
    }

    private static <T> T answer(Future<T> call) throws Exception {
        return call.get(SECONDS, TimeUnit.SECONDS);
    }

    /** A call that hangs at least for a while. */
    private <T> Future<T> hanging(Callable<T> call) {
        Future<T> future = callers.submit(call);
        assertThatThrownBy(() -> future.get(MILLIS, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        return future;
    }

    @Test
    void what_was_asked_of_a_stalled_server_is_answered_when_it_goes_on() throws Exception {
        Connection connection = database.connect();
        database.leave(Absence.STALLED);
        Future<Boolean> query = hanging(() -> query(connection));
        Future<Connection> connect = hanging(database::connect);

        database.comeBack();

        assertThat(answer(query)).isFalse();
        assertThat(answer(connect).isValid(1)).isTrue();
        assertThat(database.opened()).isEqualTo(2);
    }

    @Test
    void what_was_lost_arrives_only_when_it_is_sent_again() throws Exception {
        database.leave(Absence.LOST);
        long asked = System.nanoTime();
        Future<Connection> connect = hanging(database::connect);

        database.comeBack();

        assertThat(database.connect().isValid(1)).as("a new call").isTrue();
        answer(connect);
        assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(990));
    }

    @Test
    void an_abort_ends_a_hanging_statement() throws Exception {
        Connection connection = database.connect();
        database.leave(Absence.STALLED);
        Future<Boolean> query = hanging(() -> query(connection));

        connection.abort(Runnable::run);

        assertThatThrownBy(() -> answer(query))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void a_network_timeout_ends_a_statement_and_its_connection() throws Exception {
        Connection connection = database.connect();
        connection.setNetworkTimeout(Runnable::run, MILLIS);
        database.leave(Absence.STALLED);

        assertThatThrownBy(() -> query(connection))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("timeout");

        database.comeBack();
        assertThatThrownBy(() -> query(connection)).hasMessage("the connection is gone");
    }

    @Test
    void a_validation_hangs_for_its_own_timeout_and_says_no() throws Exception {
        Connection connection = database.connect();
        database.leave(Absence.STALLED);

        assertThat(answer(hanging(() -> connection.isValid(1)))).isFalse();
    }

    @Test
    void a_connect_hangs_for_the_login_timeout() throws Exception {
        database.leave(Absence.STALLED);
        int before = DriverManager.getLoginTimeout();
        DriverManager.setLoginTimeout(1);
        try {
            assertThatThrownBy(() -> answer(hanging(database::connect))).cause().hasMessage("the connect timed out");
        } finally {
            DriverManager.setLoginTimeout(before);
        }
    }

    @Test
    void a_server_that_is_down_refuses_and_its_connections_are_dead_for_ever() throws Exception {
        Connection connection = database.connect();

        database.leave(Absence.REFUSED);

        assertThatThrownBy(database::connect)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
        database.comeBack();
        assertThat(connection.isValid(1)).isFalse();
        assertThatThrownBy(() -> query(connection))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        assertThat(database.connect().isValid(1)).isTrue();
    }

    @Test
    void an_interrupt_does_not_end_a_call_and_is_not_lost() throws Exception {
        Connection connection = database.connect();
        database.leave(Absence.STALLED);
        Future<Boolean> interrupted = hanging(() -> {
            Thread.currentThread().interrupt();
            query(connection);
            return Thread.interrupted();
        });

        database.comeBack();

        assertThat(answer(interrupted)).isTrue();
    }
}
