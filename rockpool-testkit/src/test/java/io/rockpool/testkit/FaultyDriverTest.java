package io.rockpool.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultyDriverTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private FaultyServer server;

    @BeforeEach
    void start() {
        server = FaultyServer.start("driver-test", 42);
    }

    @AfterEach
    void stop() {
        server.stop();
        assertThat(server.hangingCalls()).isZero();
        assertThat(server.opened()).isEqualTo(server.closed() + server.aborted() + server.live());
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(server.url());
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static long query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(rows.getMetaData().getColumnCount());
        }
    }

    private static void assertState(String sqlState, ThrowingCallable call) {
        assertThat(catchThrowable(call))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(sqlState));
    }

    /** A call on a thread of its own, and what became of it. */
    private static final class Background {
        final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        final Thread thread;

        Background(ThrowingCallable call) {
            thread = new Thread(() -> {
                Throwable outcome = catchThrowable(call);
                interrupted.complete(Thread.currentThread().isInterrupted());
                thrown.complete(outcome);
            });
            thread.setDaemon(true);
            thread.start();
        }

        Throwable outcome() throws Exception {
            return thrown.get(20, TimeUnit.SECONDS);
        }
    }

    // ---- The database

    @Test
    void writes_are_seen_by_others_from_the_commit_on() throws SQLException {
        try (Connection writer = open();
                Connection reader = open()) {
            writer.setAutoCommit(false);
            assertThat(update(writer, "INSERT a 1")).isEqualTo(1);
            assertThat(update(writer, "UPDATE a 4")).isEqualTo(1);
            assertThat(query(writer, "SELECT a")).isEqualTo(5);
            assertThat(query(reader, "COUNT")).isZero();
            writer.commit();
            assertThat(query(reader, "SELECT a")).isEqualTo(5);
            assertThat(server.value("a")).hasValue(5);
        }
        server.assertSound();
    }

    @Test
    void rollback_and_close_drop_pending_work() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            update(connection, "INSERT a 1");
            connection.rollback();
            update(connection, "INSERT b 1");
        }
        assertThat(server.values()).isEmpty();
    }

    @Test
    void the_text_begin_opens_a_transaction_that_jdbc_does_not_know_of() throws SQLException {
        try (Connection connection = open()) {
            update(connection, "begin immediate;");
            update(connection, "INSERT a 1");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(server.states().get(0).inTransaction()).isTrue();
            assertState("25001", () -> update(connection, "BEGIN"));
            assertState("25000", connection::commit);
            assertThat(server.values()).isEmpty();
            update(connection, "COMMIT");
            assertThat(server.value("a")).hasValue(1);
        }
    }

    @Test
    void two_transactions_that_insert_one_key_do_not_both_commit() throws SQLException {
        try (Connection first = open();
                Connection second = open()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            update(first, "INSERT a 1");
            update(second, "INSERT a 2");
            first.commit();
            assertState("23505", second::commit);
            assertThat(server.value("a")).hasValue(1);
        }
    }

    @Test
    void a_savepoint_takes_back_only_what_came_after_it() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            update(connection, "INSERT a 1");
            Savepoint savepoint = connection.setSavepoint("s");
            update(connection, "INSERT b 1");
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            assertState("3B001", () -> connection.rollback(savepoint));
            connection.commit();
        }
        assertThat(server.values()).containsOnlyKeys("a");
    }

    @Test
    void prepared_statements_take_parameters_and_batches() throws SQLException {
        try (Connection connection = open();
                PreparedStatement insert = connection.prepareStatement("INSERT ? ?")) {
            assertThat(insert.getParameterMetaData().getParameterCount()).isEqualTo(2);
            insert.setString(1, "a");
            insert.setLong(2, 7);
            insert.addBatch();
            insert.setString(1, "b");
            insert.addBatch();
            assertThat(insert.executeBatch()).containsExactly(1, 1);
            assertThat(server.values()).containsEntry("a", 7L).containsEntry("b", 7L);
        }
    }

    @Test
    void other_sql_is_accepted_and_answers_nothing() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("SELECT * FROM t")).isTrue();
            assertThat(statement.getResultSet().next()).isFalse();
            assertThat(statement.execute("CREATE TABLE t (id)")).isFalse();
            assertThat(statement.getUpdateCount()).isZero();
            assertThat(query(connection, "SELECT 1")).isEqualTo(1);
        }
    }

    @Test
    void session_state_lasts_until_it_is_reset() throws SQLException {
        try (Connection connection = open()) {
            assertThat(server.states().get(0).isDefault()).isTrue();
            List<ThrowingCallable> changes = List.of(
                    () -> connection.setAutoCommit(false),
                    () -> connection.setReadOnly(true),
                    () -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE),
                    () -> connection.setCatalog("other"),
                    () -> connection.setSchema("other"),
                    () -> connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT),
                    () -> connection.setNetworkTimeout(Runnable::run, 5),
                    () -> connection.getMetaData().getConnection().setTypeMap(Map.of("t", String.class)),
                    () -> connection.setClientInfo("ApplicationName", "x"));
            for (ThrowingCallable change : changes) {
                assertThat(catchThrowable(change)).isNull();
                assertThat(server.states().get(0).isDefault()).isFalse();
            }
            update(connection, "SET search_path x");
            FaultyServerState state = server.states().get(0);
            assertThat(state.isolation()).isEqualTo(connection.getTransactionIsolation());
            assertThat(state.schema()).isEqualTo("other").isEqualTo(connection.getSchema());
            assertThat(state.settings()).containsEntry("search_path", "x");
            assertThat(state.clientInfo()).containsEntry("ApplicationName", "x");
            assertState("25006", () -> update(connection, "INSERT a 1"));
            assertState("25001", () -> connection.setReadOnly(false));
            update(connection, "DISCARD ALL");
            assertThat(server.states().get(0).settings()).isEmpty();
        }
    }

    // ---- The driver

    @Test
    void every_object_leads_back_to_its_physical_owner() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(rows.getStatement()).isSameAs(statement).isEqualTo(statement);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
            ResultSet tables = connection.getMetaData().getTables(null, null, "%", null);
            assertThat(tables.getStatement().getConnection()).isSameAs(connection);
            Array array = connection.createArrayOf("text", new Object[] {"x"});
            assertThat(array.getResultSet().getStatement().getConnection()).isSameAs(connection);
            assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
            assertThat(connection.isWrapperFor(String.class)).isFalse();
            assertThatThrownBy(connection::createBlob).isInstanceOf(SQLFeatureNotSupportedException.class);
        }
    }

    @Test
    void closing_closes_the_children_and_use_after_it_throws() throws SQLException {
        Connection connection = open();
        Statement first = connection.createStatement();
        ResultSet rows = first.executeQuery("SELECT 1");
        first.close();
        assertThat(rows.isClosed()).isTrue();
        assertState("HY000", rows::next);
        assertState("HY000", () -> first.execute("COUNT"));
        Statement second = connection.createStatement();
        assertThat(server.openStatements()).isEqualTo(1);
        connection.close();
        assertThat(second.isClosed()).isTrue();
        assertThat(connection.isValid(1)).isFalse();
        server.assertSound();
        assertState("08003", () -> second.execute("COUNT"));
        assertState("08003", connection::commit);
        assertThat(server.violations())
                .extracting(FaultyServerViolation::kind, FaultyServerViolation::method)
                .containsExactly(
                        tuple(FaultyServerViolation.Kind.CALL_AFTER_CLOSE, "Statement.execute"),
                        tuple(FaultyServerViolation.Kind.CALL_AFTER_CLOSE, "Connection.commit"));
    }

    // ---- The books

    @Test
    void connects_closes_and_aborts_are_counted() throws SQLException {
        Connection closed = open();
        Connection aborted = open();
        Connection live = open();
        closed.close();
        aborted.abort(Runnable::run);
        aborted.close();
        server.down();
        assertState("08001", this::open);
        assertThat(server.connectsAttempted()).isEqualTo(4);
        assertThat(server.opened()).isEqualTo(3);
        assertThat(server.closed()).isEqualTo(1);
        assertThat(server.aborted()).isEqualTo(1);
        assertThat(server.live()).isEqualTo(1);
        assertThat(live.isClosed()).isFalse();
        assertThat(server.calls("Connection.*")).isEqualTo(4);
        assertThat(server.totalCalls()).isEqualTo(8);
        server.assertSound();
    }

    @Test
    void a_second_close_is_a_violation_unless_allowed() throws SQLException {
        Connection connection = open();
        connection.close();
        connection.close();
        assertThat(server.closed()).isEqualTo(1);
        assertThat(server.violations()).hasSize(1);
        assertThatThrownBy(server::assertSound)
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("seed 42", "DOUBLE_CLOSE c1", "FaultyDriverTest");
        server.allowDoubleClose();
        connection.close();
        assertThat(server.violations()).hasSize(1);
    }

    @Test
    void two_threads_in_one_connection_are_a_violation() throws Exception {
        Connection connection = open();
        server.script(Fault.on("Connection.commit").hang());
        connection.setAutoCommit(false);
        Background commit = new Background(connection::commit);
        server.awaitHanging(1, SOON);
        assertThat(connection.isClosed()).isFalse();
        assertThat(server.violations()).isEmpty();
        assertThat(connection.getAutoCommit()).isFalse();
        assertThat(server.violations())
                .singleElement()
                .satisfies(violation ->
                        assertThat(violation.kind()).isEqualTo(FaultyServerViolation.Kind.CONCURRENT_CALL));
        connection.close();
        assertThat(commit.outcome()).hasMessageContaining("closed").hasMessageContaining("seed 42");
        assertThat(server.closesDuringCall()).isEqualTo(1);
    }

    @Test
    void the_trace_tells_every_call() throws SQLException {
        server.startTrace();
        try (Connection connection = open();
                PreparedStatement insert = connection.prepareStatement("INSERT ? 1")) {
            update(connection, "BEGIN");
            insert.setString(1, "a");
            insert.execute();
        }
        assertThat(server.trace())
                .containsExactly(
                        "connect",
                        "c1 Connection.prepareStatement INSERT ? 1",
                        "c1 Connection.createStatement",
                        "c1 Statement.executeUpdate BEGIN",
                        "c1 Statement.close",
                        "c1 PreparedStatement.setString 1 a",
                        "c1 PreparedStatement.execute INSERT ? 1",
                        "c1 PreparedStatement.close",
                        "c1 Connection.close");
    }

    // ---- Life and death

    @Test
    void a_restart_kills_open_connections_and_keeps_committed_work() throws SQLException {
        Connection connection = open();
        update(connection, "INSERT a 1");
        connection.setAutoCommit(false);
        update(connection, "INSERT b 1");
        server.restart();
        assertThat(connection.isValid(1)).isFalse();
        assertThat(connection.isClosed()).isFalse();
        assertState("08006", connection::commit);
        connection.close();
        assertThat(server.values()).containsOnlyKeys("a");
        try (Connection next = open()) {
            assertThat(next.isValid(1)).isTrue();
        }
        server.assertSound();
    }

    @Test
    void a_server_that_is_up_again_accepts_connects() throws SQLException {
        server.down();
        assertState("08001", this::open);
        server.up();
        open().close();
        server.stop();
        assertState("08001", this::open);
    }

    // ---- Faults

    @Test
    void a_fault_before_the_effect_prevents_it_and_one_after_it_does_not() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            server.script(Fault.on("Connection.commit").nth(1).throwSql("40001", "before"));
            server.script(Fault.on("Connection.commit")
                    .nth(1)
                    .throwSql("08006", "after")
                    .afterEffect());
            update(connection, "INSERT a 1");
            assertState("40001", connection::commit);
            assertThat(server.values()).isEmpty();
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContainingAll("after", "driver-test", "seed 42", "driver call ");
            assertThat(server.values()).containsKey("a");
            assertThat(server.faultsFired()).isEqualTo(2);
        }
    }

    @Test
    void errors_are_thrown_as_they_are() throws SQLException {
        OutOfMemoryError error = new OutOfMemoryError("scripted");
        try (Connection connection = open()) {
            server.script(Fault.on("Statement.execute*").times(2).throwError(error));
            assertThatThrownBy(() -> update(connection, "COUNT")).isSameAs(error);
            try (PreparedStatement prepared = connection.prepareStatement("COUNT")) {
                assertThatThrownBy(prepared::execute).isSameAs(error);
                assertThat(prepared.execute()).isTrue();
            }
            server.script(Fault.on("connect").throwError(new StackOverflowError()));
            assertThatThrownBy(this::open).isInstanceOf(StackOverflowError.class);
            server.script(Fault.on("Connection.setClientInfo").throwSql("08006", "x"));
            assertThatThrownBy(() -> connection.setClientInfo("a", "b")).isInstanceOf(SQLClientInfoException.class);
        }
    }

    @Test
    void a_connect_may_be_refused_lost_or_null() throws SQLException {
        server.script(
                Fault.on("connect").nth(1).throwSql("08001", "refused"),
                Fault.on("connect").nth(1).throwSql("08006", "lost").afterEffect(),
                Fault.on("connect").nth(1).returnNull());
        assertState("08001", this::open);
        assertThat(server.opened()).isZero();
        assertState("08006", this::open);
        assertThat(server.opened()).isEqualTo(1);
        assertThat(server.closed()).isEqualTo(1);
        assertThat(new FaultyDriver().connect(server.url(), null)).isNull();
        open().close();
    }

    @Test
    void answers_can_be_made_up() throws SQLException {
        try (Connection connection = open()) {
            server.script(Fault.on("Connection.isValid").nth(2).returnFalse());
            assertThat(connection.isValid(1)).isTrue();
            assertThat(connection.isValid(1)).isFalse();
            assertThat(connection.isValid(1)).isTrue();
            server.script(Fault.on("Connection.getSchema").returnValue("lie"));
            assertThat(connection.getSchema()).isEqualTo("lie");
            server.script(Fault.on("Connection.commit").returnFalse());
            assertThatThrownBy(connection::commit).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void a_setter_can_be_ignored_and_its_getter_can_lie() throws SQLException {
        try (Connection connection = open()) {
            server.script(Fault.on("Connection.setReadOnly").ignore());
            connection.setReadOnly(true);
            assertThat(connection.isReadOnly()).isFalse();
            server.clearFaults();
            server.script(Fault.on("Connection.setAutoCommit").nth(1).ignoreAndLie());
            connection.setAutoCommit(false);
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(server.states().get(0).autoCommit()).isTrue();
            connection.setAutoCommit(true);
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void a_close_can_fail_before_or_after_its_effect() throws SQLException {
        Connection connection = open();
        server.script(
                Fault.on("Connection.close").nth(1).throwSql("08006", "before"),
                Fault.on("Connection.abort").ignore(),
                Fault.on("Connection.close").nth(1).throwSql("08006", "after").afterEffect());
        assertState("08006", connection::close);
        connection.abort(Runnable::run);
        assertThat(server.live()).isEqualTo(1);
        assertThat(server.closing()).isEqualTo(1);
        assertState("08006", connection::close);
        assertThat(server.closed()).isEqualTo(1);
        assertThat(server.closing()).isZero();
        connection.close();
        server.assertSound();
        connection.close();
        assertThat(server.violations()).hasSize(1);
    }

    @Test
    void a_delay_takes_its_time_and_an_interrupt_does_not_shorten_it() throws SQLException {
        try (Connection connection = open()) {
            server.script(Fault.on("Connection.isValid").delay(Duration.ofMillis(30)));
            long start = System.nanoTime();
            Thread.currentThread().interrupt();
            assertThat(connection.isValid(1)).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(System.nanoTime() - start)
                    .isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
        }
    }

    @Test
    void a_released_call_goes_on() throws Exception {
        server.script(Fault.on("connect").nth(1).hang());
        Background connect = new Background(this::open);
        server.awaitHanging(1, SOON);
        assertThat(server.opened()).isZero();
        server.release();
        assertThat(connect.outcome()).isNull();
        assertThat(server.opened()).isEqualTo(1);
    }

    @Test
    void a_hang_ends_by_interrupt_abort_cancel_restart_and_stop() throws Exception {
        server.script(Fault.on("Statement.execute*").hang());
        List<Background> calls = new ArrayList<>();
        List<Connection> connections = new ArrayList<>();
        List<Statement> statements = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Connection connection = open();
            Statement statement = connection.createStatement();
            connections.add(connection);
            statements.add(statement);
            calls.add(new Background(() -> statement.execute("COUNT")));
        }
        server.awaitHanging(5, SOON);
        calls.get(0).thread.interrupt();
        assertThat(calls.get(0).outcome()).hasMessageContaining("interrupted");
        assertThat(calls.get(0).interrupted.get()).isTrue();
        connections.get(1).abort(Runnable::run);
        assertState("08006", () -> rethrow(calls.get(1)));
        statements.get(2).cancel();
        assertState("57014", () -> rethrow(calls.get(2)));
        assertThat(server.hangingCalls()).isEqualTo(2);
        server.restart();
        assertState("08006", () -> rethrow(calls.get(3)));
        assertState("08006", () -> rethrow(calls.get(4)));
        Connection last = open();
        Background stopped = new Background(() -> update(last, "COUNT"));
        server.awaitHanging(1, SOON);
        server.stop();
        assertState("08006", () -> rethrow(stopped));
    }

    private static void rethrow(Background call) throws Throwable {
        throw call.outcome();
    }

    @Test
    void a_stubborn_hang_ends_only_by_release_or_stop() throws Exception {
        Connection connection = open();
        server.script(Fault.on("Connection.close").hang().ignoringInterrupt().ignoringAbort());
        Background close = new Background(connection::close);
        server.awaitHanging(1, SOON);
        close.thread.interrupt();
        connection.abort(Runnable::run);
        server.restart();
        assertThat(server.hangingCalls()).isEqualTo(1);
        server.release();
        assertThat(close.outcome()).isNull();
        assertThat(close.interrupted.get()).isTrue();
        assertThat(server.aborted()).isEqualTo(1);
    }

    @Test
    void no_hang_outlives_the_server() throws Exception {
        Connection connection = open();
        server.script(Fault.on("Connection.isValid").hang().ignoringInterrupt().ignoringAbort());
        Background call = new Background(() -> connection.isValid(1));
        server.awaitHanging(1, SOON);
        server.stop();
        assertThat(call.outcome()).hasMessageContaining("the server was stopped");
    }

    @Test
    void a_late_cancel_hits_a_later_execution() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            server.script(Fault.on("Statement.cancel").lateBy(2));
            statement.cancel();
            statement.execute("COUNT");
            assertState("57014", () -> statement.execute("COUNT"));
            statement.execute("COUNT");
        }
    }

    @Test
    void the_nth_driver_call_fails_until_a_run_is_clean() throws SQLException {
        int faulty = 0;
        for (int n = 1; ; n++) {
            long firedBefore = server.faultsFired();
            server.failNthCall(n, () -> new SQLException("scripted", "58000"));
            Throwable thrown = catchThrowable(() -> {
                try (Connection connection = open()) {
                    update(connection, "SELECT 1");
                }
            });
            server.clearFaults();
            if (server.faultsFired() == firedBefore) {
                assertThat(thrown).isNull();
                break;
            }
            assertThat(thrown).hasMessage("scripted");
            faulty++;
        }
        // connect, createStatement, executeUpdate, Statement.close, Connection.close
        assertThat(faulty).isEqualTo(5);
        server.assertSound();
    }

    @Test
    void one_seed_gives_the_same_faults_again() throws SQLException {
        assertThat(faultyCalls(7)).isEqualTo(faultyCalls(7)).isNotEqualTo(faultyCalls(8));
        assertThat(faultyCalls(7)).filteredOn(Predicate.isEqual(true)).hasSizeBetween(60, 140);
    }

    private static List<Boolean> faultyCalls(long seed) throws SQLException {
        List<Boolean> hit = new ArrayList<>();
        try (FaultyServer seeded = FaultyServer.start("seeded", seed);
                Connection connection = DriverManager.getConnection(seeded.url())) {
            seeded.script(Fault.on("Connection.isValid").withProbability(0.25).returnFalse());
            for (int i = 0; i < 400; i++) {
                hit.add(!connection.isValid(0));
            }
        }
        return hit;
    }

    @Test
    void a_fault_can_be_bound_to_one_connection() throws SQLException {
        try (Connection first = open();
                Connection second = open()) {
            server.script(Fault.on("Connection.isValid").onConnection(2).returnFalse());
            assertThat(first.isValid(0)).isTrue();
            assertThat(second.isValid(0)).isFalse();
        }
    }

    @Test
    void what_can_not_be_meant_is_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.on("connect").nth(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.on("connect").withProbability(1.5));
        assertThatIllegalArgumentException().isThrownBy(() -> server.script(Fault.on("connect")));
        assertThatThrownBy(() -> FaultyServer.start("driver-test")).hasMessageContaining("is running");
        assertThatThrownBy(() -> FaultyServer.get("nobody")).hasMessageContaining("driver-test");
    }
}
