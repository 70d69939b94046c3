package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.jdbc.ServedPool;
import io.rockpool.testkit.Fault;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DatabaseConnectionTest {

    @RegisterExtension
    final ServedPool served = new ServedPool();

    private static void insert(Connection connection, String key) throws SQLException {
        ServedPool.execute(connection, "INSERT " + key + " 1");
    }

    private void assertNextBorrowerClean() throws SQLException {
        assertThat(served.active()).isZero();
        try (Connection next = served.borrow()) {
            assertThat(served.state().isDefault()).as(served.state().toString()).isTrue();
            assertThat(next.getAutoCommit()).isTrue();
        }
    }

    @Test
    void work_that_returns_is_committed() throws Exception {
        DatabaseConnection.run(served.pool, connection -> insert(connection, "a"));
        int value = DatabaseConnection.call(served.pool, connection -> {
            insert(connection, "b");
            return 7;
        });
        assertThat(value).isEqualTo(7);
        assertThat(served.server.values()).containsOnlyKeys("a", "b");
        assertThat(served.unfinished).isEmpty();
        assertNextBorrowerClean();
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("checked"),
                new SQLException("from SQL", "42000"),
                new IllegalStateException("unchecked"),
                new StackOverflowError("error"),
                new OutOfMemoryError("error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void work_that_throws_is_rolled_back_and_its_exception_arrives_unchanged(Throwable failure) throws Exception {
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    insert(connection, "a");
                    throw DatabaseConnectionTest.<RuntimeException>sneaky(failure);
                })))
                .isSameAs(failure);
        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(served.server.values()).isEmpty();
        assertThat(served.unfinished).as("the exception says it").isEmpty();
        assertNextBorrowerClean();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneaky(Throwable failure) throws X {
        throw (X) failure;
    }

    static Stream<Arguments> rollbackFailures() {
        return failures()
                .flatMap(failure -> Stream.of(
                                new SQLException("rollback failed", "HY000"),
                                new SQLException("gone", "08006"),
                                new IllegalStateException("driver bug"),
                                new OutOfMemoryError("in the driver"))
                        .map(rollback -> Arguments.of(failure, rollback)));
    }

    @ParameterizedTest
    @MethodSource("rollbackFailures")
    void a_failed_rollback_is_suppressed_in_the_original_exception(Throwable failure, Throwable rollback)
            throws Exception {
        served.server.script(Fault.on("Connection.rollback").throwError(rollback));
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    insert(connection, "a");
                    throw DatabaseConnectionTest.<RuntimeException>sneaky(failure);
                })))
                .isSameAs(failure);
        assertThat(failure.getSuppressed()).contains(rollback);
        served.server.clearFaults();
        assertThat(served.server.values()).isEmpty();
        assertNextBorrowerClean();
        assertThat(served.server.opened()).as("replaced").isEqualTo(2);
    }

    @Test
    void a_driver_that_throws_one_object_twice_does_not_hide_it() throws Exception {
        OutOfMemoryError always = new OutOfMemoryError("the JVM's own, made in advance");
        served.server.script(
                Fault.on("Connection.commit").throwError(always),
                Fault.on("Connection.rollback").throwError(always));
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> insert(connection, "a"))))
                .isSameAs(always);
        served.server.clearFaults();
        assertNextBorrowerClean();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "23503", "HY000", "08006"})
    void a_failed_commit_reaches_the_caller_and_the_next_borrower_is_clean(String state) throws Exception {
        for (int i = 0; i < 20; i++) {
            served.server.script(Fault.on("Connection.commit").times(1).throwSql(state, "no commit"));
            assertThatThrownBy(() -> DatabaseConnection.run(served.pool, connection -> insert(connection, "a")))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state))
                    .hasMessageContaining("no commit");
            assertThat(served.server.values()).isEmpty();
            assertNextBorrowerClean();
        }
        assertThat(served.server.opened()).isEqualTo(state.equals("08006") ? 21 : 1);
    }

    @Test
    void a_commit_done_whose_answer_is_lost_reaches_the_caller_too() throws Exception {
        served.server.script(
                Fault.on("Connection.commit").throwSql("08006", "no answer").afterEffect());
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> insert(connection, "a"))))
                .isInstanceOf(SQLException.class);
        served.server.clearFaults();
        assertThat(served.server.values()).containsOnlyKeys("a");
        assertNextBorrowerClean();
    }

    @Test
    void a_clean_up_that_fails_after_the_commit_does_not_make_it_look_failed() throws Exception {
        served.server.script(
                Fault.on("Connection.clearWarnings").throwError(() -> new IllegalStateException("driver bug")));
        DatabaseConnection.run(served.pool, connection -> insert(connection, "a"));
        served.server.clearFaults();
        assertThat(served.server.values()).containsOnlyKeys("a");
        assertThat(served.closed("reset_failed")).isEqualTo(1);
        assertNextBorrowerClean();
    }

    private interface Call {
        void on(Connection connection) throws SQLException;
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("commit", (Call) Connection::commit),
                Arguments.of("rollback", (Call) Connection::rollback),
                Arguments.of("setAutoCommit(false)", (Call) c -> c.setAutoCommit(false)),
                Arguments.of("setAutoCommit(true)", (Call) c -> c.setAutoCommit(true)),
                Arguments.of("close", (Call) Connection::close));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void the_scope_alone_ends_the_transaction(String name, Call call) throws Exception {
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    insert(connection, "a");
                    call.on(connection);
                })))
                .as(name)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("2D000"));
        assertThat(served.server.values()).as("nothing of it survives").isEmpty();
        assertNextBorrowerClean();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_refused_call_that_is_caught_changes_nothing(String name, Call call) throws Exception {
        DatabaseConnection.run(served.pool, connection -> {
            insert(connection, "a");
            assertThat(catchThrowable(() -> call.on(connection))).as(name).isInstanceOf(SQLException.class);
            assertThat(served.server.values()).isEmpty();
            insert(connection, "b");
        });
        assertThat(served.server.values()).containsOnlyKeys("a", "b");
    }

    @Test
    void an_empty_scope_costs_no_driver_call() throws Exception {
        long calls = served.server.totalCalls();
        for (int i = 0; i < 10; i++) {
            DatabaseConnection.run(served.pool, connection -> {});
            DatabaseConnection.read(served.pool, connection -> 1);
            try (DatabaseConnection scope = DatabaseConnection.open(served.pool)) {
                assertThat(scope.connection().getAutoCommit()).isFalse();
                scope.commit();
            }
        }
        assertThat(served.server.totalCalls()).isEqualTo(calls);
    }

    @Test
    void a_scope_that_fails_before_its_first_statement_asks_only_whether_the_connection_is_there() {
        served.server.startTrace();
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    throw new IOException("before any statement");
                })))
                .isInstanceOf(IOException.class);
        assertThat(served.server.trace()).containsExactly("c1 Connection.isClosed");
    }

    @Test
    void the_transaction_begins_at_the_first_statement() throws Exception {
        DatabaseConnection.run(served.pool, connection -> {
            assertThat(served.server.calls("Connection.setAutoCommit")).isZero();
            try (var statement = connection.prepareStatement("INSERT a 1")) {
                assertThat(served.server.calls("Connection.setAutoCommit")).isZero();
                statement.executeUpdate();
            }
            assertThat(served.state().inTransaction()).isTrue();
            insert(connection, "b");
            assertThat(served.server.calls("Connection.setAutoCommit")).isEqualTo(1);
        });
        assertThat(served.server.calls("Connection.commit")).isEqualTo(1);
    }

    @Test
    void try_with_resources_without_commit_rolls_back() throws Exception {
        try (DatabaseConnection scope = DatabaseConnection.open(served.pool)) {
            insert(scope.connection(), "a");
        }
        assertThat(served.server.values()).isEmpty();
        assertThat(served.unfinished).containsExactly("INSERT a ?");
        assertNextBorrowerClean();
    }

    @Test
    void try_with_resources_commits_and_rolls_back_as_told_and_closes_once() throws Exception {
        DatabaseConnection scope = DatabaseConnection.open(served.pool);
        insert(scope.connection(), "a");
        scope.commit();
        insert(scope.connection(), "b");
        scope.rollback();
        insert(scope.connection(), "c");
        scope.commit();
        scope.close();
        scope.close();
        assertThat(served.server.values()).containsOnlyKeys("a", "c");
        assertThat(served.unfinished).isEmpty();
        assertThat(catchThrowable(scope::commit))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertNextBorrowerClean();
    }

    @Test
    void a_closed_scope_leaves_the_next_borrower_alone() throws Exception {
        DatabaseConnection scope = DatabaseConnection.open(served.pool);
        scope.close();
        DatabaseConnection.run(served.pool, connection -> {
            insert(connection, "a");
            scope.close();
            assertThat(catchThrowable(scope::rollback)).isInstanceOf(SQLException.class);
            assertThat(served.state().pendingWrites()).isEqualTo(1);
        });
        assertThat(served.server.values()).containsOnlyKeys("a");
    }

    /** Origin B5: a BEGIN that failed after the borrow lost the slot for ever. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_begin_that_fails_a_thousand_times_loses_no_slot(boolean afterEffect) throws Exception {
        Fault fault = Fault.on("Connection.setAutoCommit").throwSql("HY000", "no begin");
        served.server.script(afterEffect ? fault.afterEffect().times(1000) : fault.times(1000));
        for (int i = 0; i < 500; i++) { // the reset after a failure makes the call too
            served.server.clearFaults();
            Fault once = Fault.on("Connection.setAutoCommit").times(1).throwSql("HY000", "no begin");
            served.server.script(afterEffect ? once.afterEffect() : once);
            assertBeginFails(i % 2 == 0);
            served.server.clearFaults();
            assertNextBorrowerClean();
        }
        served.server.script(afterEffect ? fault.afterEffect() : fault);
        for (int i = 0; i < 500; i++) {
            assertBeginFails(i % 2 == 0);
            assertThat(served.active()).isZero();
        }
        served.server.clearFaults();
        assertNextBorrowerClean();
    }

    private void assertBeginFails(boolean readOnly) {
        assertThat(catchThrowable(() -> {
                    if (readOnly) {
                        DatabaseConnection.read(served.pool, connection -> ServedPool.query(connection, "SELECT 1"));
                    } else {
                        DatabaseConnection.run(served.pool, connection -> insert(connection, "a"));
                    }
                }))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no begin");
    }

    @Test
    void a_begin_that_failed_can_be_tried_again_within_the_scope() throws Exception {
        served.server.script(Fault.on("Connection.setAutoCommit").times(1).throwSql("HY000", "busy"));
        DatabaseConnection.run(served.pool, connection -> {
            assertThat(catchThrowable(() -> insert(connection, "a"))).hasMessageContaining("busy");
            insert(connection, "b");
            assertThat(served.state().inTransaction()).isTrue();
        });
        assertThat(served.server.values()).containsOnlyKeys("b");
        assertNextBorrowerClean();
    }

    @Test
    void a_read_only_scope_refuses_writes_and_is_restored() throws Exception {
        assertThat(catchThrowable(() -> DatabaseConnection.read(served.pool, connection -> {
                    assertThat(connection.isReadOnly()).isTrue();
                    ServedPool.query(connection, "SELECT 1");
                    assertThat(served.state().readOnly()).isTrue();
                    return ServedPool.execute(connection, "INSERT a 1");
                })))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        assertNextBorrowerClean();
        DatabaseConnection.run(served.pool, connection -> insert(connection, "a"));
        assertThat(served.server.values()).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_read_only_begin_that_fails_half_way_is_undone(boolean afterEffect) throws Exception {
        for (String call :
                new String[] {"Connection.setReadOnly", "Connection.setAutoCommit", "Connection.isReadOnly"}) {
            Fault once = Fault.on(call).times(1).throwSql("HY000", "no begin");
            served.server.script(afterEffect ? once.afterEffect() : once);
            assertThat(catchThrowable(() -> DatabaseConnection.read(served.pool, c -> ServedPool.query(c, "SELECT 1"))))
                    .as(call)
                    .isInstanceOf(SQLException.class);
            served.server.clearFaults();
            assertNextBorrowerClean();
        }
    }

    @Test
    void an_abort_inside_the_scope_fails_it_and_frees_the_slot() throws Exception {
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    insert(connection, "a");
                    connection.abort(Runnable::run);
                })))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThat(served.server.values()).isEmpty();
        assertNextBorrowerClean();
    }

    @Test
    void the_connection_of_a_scope_is_of_no_use_after_it() throws Exception {
        AtomicReference<Connection> kept = new AtomicReference<>();
        DatabaseConnection.run(served.pool, kept::set);
        assertThat(kept.get().isClosed()).isTrue();
        assertThat(catchThrowable(() -> insert(kept.get(), "a"))).isInstanceOf(SQLException.class);
    }

    @Test
    void a_serialization_failure_at_a_statement_is_rolled_back() throws Exception {
        served.server.script(Fault.on("Statement.executeUpdate").nth(2).throwSql("40001", "try again"));
        assertThat(catchThrowable(() -> DatabaseConnection.run(served.pool, connection -> {
                    insert(connection, "a");
                    insert(connection, "b");
                })))
                .isInstanceOf(SQLTransactionRollbackException.class);
        assertThat(served.server.values()).isEmpty();
        assertNextBorrowerClean();
        assertThat(served.server.opened()).isEqualTo(1);
    }
}
