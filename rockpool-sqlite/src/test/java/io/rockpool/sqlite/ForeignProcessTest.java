package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Another process uses the file as well. */
@Timeout(120)
class ForeignProcessTest {

    private static final Duration HOLD = Duration.ofMillis(Long.getLong("sqlite.foreign.holdMillis", 2_000));
    private static final Duration BESIDE = Duration.ofMillis(Long.getLong("sqlite.foreign.besideMillis", 3_000));
    private static final Duration BETWEEN_FOREIGN_WRITES = Duration.ofMillis(10);
    private static final int CROWD = 8;
    private static final String OURS = "INSERT INTO t VALUES ('ours')";
    private static final String FOREIGN = "INSERT INTO t VALUES ('foreign')";

    @TempDir
    Path folder;

    private Sqlite3 foreign;

    @BeforeEach
    void make() throws Exception {
        Databases.wal(Steps.database(folder), "CREATE TABLE t (v)");
        foreign = new Sqlite3(Steps.database(folder));
    }

    @AfterEach
    void end() {
        foreign.close();
    }

    private PoolBuilder builder() {
        return Steps.file(folder).poolSize(CROWD + 1).maxOverflow(0);
    }

    private void foreignHoldsTheLock() throws Exception {
        foreign.run("BEGIN IMMEDIATE", FOREIGN);
    }

    private static long ours(DatabaseConnectionPool pool) throws SQLException {
        return Steps.number(pool, "SELECT count(*) FROM t WHERE v = 'ours'");
    }

    private static long foreigns(DatabaseConnectionPool pool) throws SQLException {
        return Steps.number(pool, "SELECT count(*) FROM t WHERE v = 'foreign'");
    }

    /** Eight writers at once, every other one in a transaction; what they threw. */
    private static List<Throwable> crowdWrites(DatabaseConnectionPool pool, AtomicLong longestMillis)
            throws InterruptedException {
        return Steps.together(CROWD, thread -> {
            long begun = System.nanoTime();
            try {
                if (thread % 2 == 0) {
                    Steps.update(pool, OURS);
                } else {
                    DatabaseConnection.run(pool, c -> Steps.update(c, OURS));
                }
            } finally {
                longestMillis.accumulateAndGet(Steps.millisSince(begun), Math::max);
            }
        });
    }

    // ---- its lock

    @Test
    void eight_writers_wait_for_the_lock_of_another_process_and_all_succeed() throws Exception {
        // another process       eight writers
        // begin, insert
        //                       insert (wait)
        // commit
        //                       go on
        try (DatabaseConnectionPool pool = builder().build()) {
            foreignHoldsTheLock();
            AtomicInteger done = new AtomicInteger();
            AtomicLong longest = new AtomicLong();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread crowd = Steps.started("crowd", thrown, () -> {
                assertThat(crowdWrites(pool, longest)).isEmpty();
                done.incrementAndGet();
            });
            Steps.hold(HOLD);
            assertThat(done).hasValue(0);
            assertThat(ours(pool)).as("reads go on meanwhile").isZero();
            long released = System.nanoTime();
            foreign.run("COMMIT");
            Steps.join(crowd);
            assertThat(thrown).isEmpty();
            assertThat(ours(pool)).isEqualTo(CROWD);
            assertThat(foreigns(pool)).isEqualTo(1);
            System.out.printf(
                    Locale.ROOT,
                    "foreign lock held %d ms: %d writers waited, the longest %d ms, and were done %d ms after its end; 0 errors%n",
                    HOLD.toMillis(),
                    CROWD,
                    longest.get(),
                    Steps.millisSince(released));
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void writers_fail_by_their_busy_timeout_while_another_process_holds_the_lock() throws Exception {
        failAtTheirOwnDeadline(builder().option("sqlite.busy-timeout", "500"));
    }

    @Test
    void writers_fail_by_their_pool_timeout_while_another_process_holds_the_lock() throws Exception {
        failAtTheirOwnDeadline(builder().poolTimeout(Duration.ofMillis(500)));
    }

    private void failAtTheirOwnDeadline(PoolBuilder builder) throws Exception {
        try (DatabaseConnectionPool pool = builder.build()) {
            foreignHoldsTheLock();
            AtomicLong longest = new AtomicLong();
            List<Throwable> thrown = crowdWrites(pool, longest);
            foreign.run("COMMIT");
            System.out.printf(Locale.ROOT, "deadline 500 ms: the last of %d failed at %d ms%n", CROWD, longest.get());
            assertThat(thrown)
                    .hasSize(CROWD)
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("pool 'origin'")
                            .hasMessageContaining("another process")
                            .extracting("SQLState")
                            .isEqualTo("55P03"));
            assertThat(longest.get()).isBetween(400L, 10_000L);
            assertThat(ours(pool)).isZero();
            Steps.allSucceed(CROWD, i -> Steps.update(pool, OURS));
            assertThat(ours(pool)).isEqualTo(CROWD);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_batch_that_meets_the_lock_of_another_process_stores_none_of_it() throws Exception {
        try (DatabaseConnectionPool pool =
                builder().option("sqlite.busy-timeout", "200").build()) {
            foreignHoldsTheLock();
            try (Connection connection = pool.getConnection();
                    PreparedStatement batch = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                for (int i = 0; i < 3; i++) {
                    batch.setString(1, "ours");
                    batch.addBatch();
                }
                assertThatThrownBy(batch::executeBatch)
                        .hasMessageContaining("another process")
                        .extracting("SQLState")
                        .isEqualTo("55P03");
            }
            foreign.run("COMMIT");
            assertThat(ours(pool)).isZero();
            Steps.update(pool, OURS);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_query_timeout_ends_the_wait_for_another_process() throws Exception {
        try (DatabaseConnectionPool pool = builder().build()) {
            foreignHoldsTheLock();
            AtomicLong shortest = new AtomicLong(Long.MAX_VALUE);
            List<Throwable> thrown = Steps.together(CROWD, thread -> {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(thread % 2 == 0);
                    statement.setQueryTimeout(1);
                    long begun = System.nanoTime();
                    try {
                        statement.executeUpdate(OURS);
                    } finally {
                        shortest.accumulateAndGet(Steps.millisSince(begun), Math::min);
                    }
                }
            });
            foreign.run("COMMIT");
            assertThat(thrown)
                    .hasSize(CROWD)
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(SQLTimeoutException.class)
                            .extracting("SQLState")
                            .isEqualTo("57014"));
            assertThat(shortest.get()).as("no one gave up before its time").isGreaterThanOrEqualTo(999);
            assertThat(ours(pool)).isZero();
            Steps.update(pool, OURS);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void writers_go_on_when_the_process_that_holds_the_lock_is_killed() throws Exception {
        try (DatabaseConnectionPool pool = builder().build()) {
            foreignHoldsTheLock();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread crowd = Steps.started(
                    "crowd",
                    thrown,
                    () -> assertThat(crowdWrites(pool, new AtomicLong())).isEmpty());
            Steps.hold(Duration.ofMillis(100));
            foreign.kill();
            Steps.join(crowd);
            assertThat(thrown).isEmpty();
            assertThat(ours(pool)).isEqualTo(CROWD);
            assertThat(foreigns(pool)).as("what it had not committed").isZero();
            assertThat(Steps.number(pool, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"))
                    .isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    // ---- its commits

    @Test
    void a_process_that_writes_beside_the_pool_costs_no_errors_and_no_rows() throws Exception {
        try (DatabaseConnectionPool pool = builder().build()) {
            AtomicLong written = new AtomicLong();
            AtomicLong read = new AtomicLong();
            AtomicLong longest = new AtomicLong();
            long until = System.nanoTime() + BESIDE.toNanos();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                boolean transaction = i % 2 == 0;
                threads.add(Steps.started("writer-" + i, thrown, () -> {
                    while (System.nanoTime() < until) {
                        long begun = System.nanoTime();
                        if (transaction) {
                            DatabaseConnection.run(pool, c -> Steps.update(c, OURS));
                        } else {
                            Steps.update(pool, OURS);
                        }
                        written.incrementAndGet();
                        longest.accumulateAndGet(Steps.millisSince(begun), Math::max);
                    }
                }));
                threads.add(Steps.started("reader-" + i, thrown, () -> {
                    long last = 0;
                    while (System.nanoTime() < until) {
                        long rows = Steps.number(pool, "SELECT coalesce(max(rowid), 0) FROM t");
                        assertThat(rows).isGreaterThanOrEqualTo(last);
                        last = rows;
                        read.incrementAndGet();
                    }
                }));
            }
            long said = 0;
            for (long next = System.nanoTime(); next < until; next += BETWEEN_FOREIGN_WRITES.toNanos()) {
                Steps.hold(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
                foreign.say(FOREIGN);
                said++;
            }
            for (Thread thread : threads) {
                Steps.join(thread);
            }
            assertThat(foreign.ask("SELECT 'done'"))
                    .as("what sqlite3 had to say")
                    .isEqualTo("done");
            System.out.printf(
                    Locale.ROOT,
                    "%d ms beside each other: sqlite3 %d writes, pool %d writes (the longest %d ms) and %d reads, %d errors%n",
                    BESIDE.toMillis(),
                    said,
                    written.get(),
                    longest.get(),
                    read.get(),
                    thrown.size());
            assertThat(thrown).isEmpty();
            assertThat(foreigns(pool)).isEqualTo(said);
            assertThat(ours(pool)).isEqualTo(written.get());
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_read_sees_what_another_process_has_committed() throws Exception {
        try (DatabaseConnectionPool pool = builder().build();
                Connection connection = pool.getConnection()) {
            for (int i = 1; i <= 50; i++) {
                foreign.run(FOREIGN);
                assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(i);
            }
        }
    }

    @Test
    void a_transaction_that_has_read_before_another_process_committed_cannot_write() throws Exception {
        try (DatabaseConnectionPool pool = builder()
                        .option("sqlite.transaction-routing", "LAZY_READ")
                        .build();
                Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isZero();
            foreign.run(FOREIGN);
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isZero();
            assertThatThrownBy(() -> Steps.update(connection, OURS))
                    .extracting("SQLState")
                    .isEqualTo("40001");
            connection.rollback();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(1);
            Steps.update(connection, OURS);
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }
}
