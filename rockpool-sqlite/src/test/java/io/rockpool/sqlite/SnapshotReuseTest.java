package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** With {@code single-process} a reader keeps its snapshot from read to read, and no read is ever stale for it. */
@Timeout(120)
class SnapshotReuseTest {

    private static final long SEED = Long.getLong("snapshot.seed", System.nanoTime());
    private static final Duration TIME = Duration.ofMillis(Long.getLong("snapshot.millis", 1_500));
    private static final String RAISE = "UPDATE register SET v = v + 1";
    private static final String READ = "SELECT a.v, b.v FROM register a, register b WHERE a.id = 1 AND b.id = 2";

    @TempDir
    Path folder;

    private final SnapshotRegister register = new SnapshotRegister();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** One way to raise the counter. */
    private interface Way {
        void raise(DatabaseConnectionPool pool) throws SQLException;
    }

    @BeforeEach
    void make() throws SQLException {
        try (Connection raw = raw()) {
            Databases.run(
                    raw,
                    "PRAGMA journal_mode=WAL",
                    "CREATE TABLE register (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)",
                    "INSERT INTO register VALUES (1, 0), (2, 0)",
                    "CREATE TABLE child (parent REFERENCES register (id) DEFERRABLE INITIALLY DEFERRED)");
        }
    }

    private Connection raw() throws SQLException {
        return DriverManager.getConnection(Steps.url(folder));
    }

    private PoolBuilder builder(String options) {
        return DatabaseConnectionPool.builder()
                .url(Steps.url(folder) + "?single_process=true" + options)
                .poolName("snapshots")
                .poolSize(8)
                .maxOverflow(0)
                .drainTimeout(Duration.ZERO);
    }

    // ---- never stale -------------------------------------------------------------------------------------------

    @Test
    void autocommit_writes_are_seen_by_every_later_read() throws Exception {
        check("", this::autocommit, this::returning, this::batch);
    }

    @Test
    void transactions_are_seen_by_every_later_read() throws Exception {
        check("", this::transaction, this::byText, this::script, this::failing);
    }

    @Test
    void writes_of_a_lane_of_its_own_are_seen_by_every_later_read() throws Exception {
        check("", this::ownLane, this::ownLaneWithOpenRows, this::autocommit);
    }

    @Test
    void nested_and_lazy_writes_are_seen_by_every_later_read() throws Exception {
        check("&writer_nesting=SAVEPOINT", this::nested, this::transaction);
        check("&transaction_routing=LAZY_READ", this::transaction, this::byText, this::autocommit);
    }

    @Test
    void a_commit_by_the_end_of_an_aborted_connection_is_seen_by_every_later_read() throws Exception {
        check("", this::aborted);
        check("", this::transactionOverOpenRows, this::autocommit);
    }

    /** Writers and readers of two pools on the file; all reads judged. */
    private void check(String options, Way... ways) throws Exception {
        System.out.println("snapshot.seed=" + SEED);
        try (DatabaseConnectionPool one = builder(options).build();
                DatabaseConnectionPool two = builder(options).poolName("others").build()) {
            List<Thread> threads = new ArrayList<>();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            long until = System.nanoTime() + TIME.toNanos();
            for (int t = 0; t < 7; t++) {
                DatabaseConnectionPool pool = t % 2 == 0 ? one : two;
                Random random = new Random(SEED + t);
                boolean writes = t < 3;
                threads.add(Steps.started("snapshot-" + t, thrown, () -> {
                    while (System.nanoTime() - until < 0 && faults.isEmpty()) {
                        if (writes) {
                            ways[random.nextInt(ways.length)].raise(pool);
                            Steps.hold(Duration.ofNanos(random.nextInt(500_000)));
                        } else {
                            readSome(pool, random.nextInt(20) + 1);
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                Steps.join(thread);
            }
            assertThat(thrown).isEmpty();
            assertThat(faults).as("seed %d", SEED).isEmpty();
            assertThat(register.reads()).isPositive();
            System.out.println(register.reads() + " reads, " + register.acknowledged() + " writes");
        }
    }

    private void readSome(DatabaseConnectionPool pool, int times) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(READ)) {
            for (int i = 0; i < times; i++) {
                String fault = fault(statement);
                if (fault != null) {
                    faults.add(fault);
                }
            }
        }
    }

    private @Nullable String fault(PreparedStatement statement) throws SQLException {
        long floor = register.floor();
        long first;
        long second;
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            first = row.getLong(1);
            second = row.getLong(2);
        }
        return register.judge(floor, first, second);
    }

    // ---- ways to write -----------------------------------------------------------------------------------------

    private void counted(int writes, Way way, DatabaseConnectionPool pool) throws SQLException {
        register.begins(writes);
        way.raise(pool);
        register.isAcknowledged(writes);
    }

    private void autocommit(DatabaseConnectionPool pool) throws SQLException {
        counted(1, p -> Steps.update(p, RAISE), pool);
    }

    /** It commits when its rows are closed, and not before. */
    private void returning(DatabaseConnectionPool pool) throws SQLException {
        counted(
                1,
                p -> {
                    try (Connection connection = p.getConnection();
                            Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery(RAISE + " RETURNING v")) {
                        rows.next();
                        Thread.yield();
                    }
                },
                pool);
    }

    private void batch(DatabaseConnectionPool pool) throws SQLException {
        counted(
                3,
                p -> {
                    try (Connection connection = p.getConnection();
                            PreparedStatement statement = connection.prepareStatement(RAISE + " WHERE id > ?")) {
                        for (int i = 0; i < 3; i++) {
                            statement.setInt(1, 0);
                            statement.addBatch();
                        }
                        statement.executeBatch();
                    }
                },
                pool);
    }

    private void transaction(DatabaseConnectionPool pool) throws SQLException {
        counted(
                1,
                p -> {
                    try (Connection connection = p.getConnection()) {
                        connection.setAutoCommit(false);
                        if (Steps.number(connection, "SELECT v FROM register WHERE id = 1") >= 0) {
                            Steps.update(connection, RAISE + " WHERE id = 1");
                            Thread.yield();
                            Steps.update(connection, RAISE + " WHERE id = 2");
                        }
                        connection.commit();
                    } catch (SQLException e) {
                        if (!"40001".equals(e.getSQLState())) {
                            throw e;
                        }
                        autocommitInside(p); // lazy: it has to run again
                    }
                },
                pool);
    }

    private static void autocommitInside(DatabaseConnectionPool pool) throws SQLException {
        Steps.update(pool, RAISE);
    }

    private void byText(DatabaseConnectionPool pool) throws SQLException {
        counted(
                1,
                p -> {
                    try (Connection connection = p.getConnection()) {
                        Databases.run(connection, "BEGIN", RAISE + " WHERE id = 1", RAISE + " WHERE id = 2", "COMMIT");
                    }
                },
                pool);
    }

    private void script(DatabaseConnectionPool pool) throws SQLException {
        counted(
                1,
                p -> {
                    try (Connection connection = p.getConnection()) {
                        Databases.run(
                                connection, "BEGIN; " + RAISE + " WHERE id = 1; " + RAISE + " WHERE id = 2; COMMIT");
                    }
                },
                pool);
    }

    /** Its COMMIT is refused for a foreign key. */
    private void failing(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, RAISE);
            Steps.update(connection, "INSERT INTO child VALUES (99)");
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            connection.rollback();
        }
    }

    private void ownLane(DatabaseConnectionPool pool) throws SQLException {
        counted(
                2,
                p -> {
                    try (Connection connection = p.getConnection()) {
                        Databases.run(connection, "CREATE TEMP TABLE mine (x)", RAISE, "BEGIN", RAISE, "COMMIT");
                    }
                },
                pool);
    }

    /** The permit stays with the lane, and with it the epoch that says a commit is being made. */
    private void ownLaneWithOpenRows(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement open = connection.createStatement()) {
            Databases.run(connection, "CREATE TEMP TABLE mine (x)");
            try (ResultSet rows = open.executeQuery("SELECT 1 UNION ALL SELECT 2")) {
                rows.next();
                counted(1, p -> Databases.run(connection, RAISE), pool);
                counted(1, p -> Databases.run(connection, "BEGIN", RAISE, "COMMIT"), pool);
            }
        }
    }

    private void nested(DatabaseConnectionPool pool) throws SQLException {
        counted(
                2,
                p -> {
                    try (Connection outer = p.getConnection();
                            Connection inner = p.getConnection()) {
                        outer.setAutoCommit(false);
                        Steps.update(outer, RAISE);
                        Steps.update(inner, RAISE);
                        outer.commit();
                    }
                },
                pool);
    }

    /** Rows of a write in autocommit are open when its connection is aborted: SQLite commits as it closes. */
    private void aborted(DatabaseConnectionPool pool) throws SQLException {
        register.begins(1);
        Connection connection = pool.getConnection();
        try {
            connection.createStatement().executeQuery(RAISE + " RETURNING v").next();
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("40P01"); // this thread's aborted connection is not closed yet
        }
        connection.abort(Runnable::run);
    }

    private void transactionOverOpenRows(DatabaseConnectionPool pool) throws SQLException {
        counted(
                2,
                p -> {
                    try (Connection connection = p.getConnection();
                            Statement statement = connection.createStatement()) {
                        ResultSet rows = statement.executeQuery(RAISE + " RETURNING v");
                        rows.next();
                        Databases.run(connection, "BEGIN", RAISE);
                        rows.close();
                        Databases.run(connection, "COMMIT");
                    }
                },
                pool);
    }

    // ---- what the check is worth -------------------------------------------------------------------------------

    /** What the option forbids: the file is written from elsewhere. */
    @Test
    void the_check_finds_a_read_that_is_stale() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                Connection raw = raw();
                Connection reading = pool.getConnection();
                PreparedStatement read = reading.prepareStatement(READ)) {
            String found = null;
            for (int i = 0; i < 1_000 && found == null; i++) { // a tick may end the snapshot in between
                fault(read);
                register.begins(1);
                Databases.run(raw, RAISE);
                register.isAcknowledged(1);
                found = fault(read);
            }
            assertThat(found).startsWith("stale");
        }
    }

    /** The driver's own connection writes without the permit; while it is lent no snapshot is kept. */
    @Test
    void writes_of_the_drivers_own_connection_are_seen_by_every_later_read() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                Connection reading = pool.getConnection();
                PreparedStatement read = reading.prepareStatement(READ)) {
            for (int lease = 0; lease < 20; lease++) {
                assertThat(fault(read)).isNull();
                try (Connection writing = pool.getConnection()) {
                    SQLiteConnection driver = writing.unwrap(SQLiteConnection.class);
                    for (int i = 0; i < 5; i++) {
                        counted(1, p -> Databases.run(driver, RAISE), pool);
                        assertThat(fault(read)).isNull();
                    }
                }
                assertThat(fault(read)).isNull();
            }
        }
    }

    // ---- what a kept snapshot must not do ----------------------------------------------------------------------

    @Test
    void writes_of_another_pools_attached_file_are_seen_by_every_later_read() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                DatabaseConnectionPool other = Steps.file(Files.createDirectory(folder.resolve("other")))
                        .poolName("other")
                        .build();
                Connection reading = pool.getConnection();
                PreparedStatement read = reading.prepareStatement(READ)) {
            for (int lease = 0; lease < 20; lease++) {
                assertThat(fault(read)).isNull();
                try (Connection writing = other.getConnection()) {
                    Steps.update(writing, "ATTACH '" + Steps.database(folder) + "' AS its");
                    for (int i = 0; i < 5; i++) {
                        counted(1, p -> Steps.update(writing, "UPDATE its.register SET v = v + 1"), pool);
                        assertThat(fault(read)).isNull();
                    }
                }
            }
        }
    }

    @Test
    void an_idle_reader_gives_its_snapshot_up() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                Connection raw = raw()) {
            boolean kept = false;
            for (int i = 0; i < 1_000 && !kept; i++) {
                Steps.update(pool, RAISE);
                Steps.number(pool, "SELECT v FROM register WHERE id = 1");
                kept = checkpointIsBusy(raw);
            }
            assertThat(kept).as("a snapshot is kept after a read").isTrue();
            Steps.await("a checkpoint that no reader is in the way of", Duration.ofSeconds(10), () -> {
                try {
                    return !checkpointIsBusy(raw);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    private static boolean checkpointIsBusy(Connection raw) throws SQLException {
        Databases.run(raw, "PRAGMA busy_timeout=0");
        return Steps.number(raw, "PRAGMA wal_checkpoint(TRUNCATE)") != 0;
    }

    @Test
    void a_changed_schema_is_seen_by_the_next_read() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                Connection reading = pool.getConnection();
                PreparedStatement read = reading.prepareStatement("SELECT * FROM thing")) {
            for (int i = 0; i < 20; i++) {
                Steps.update(pool, "CREATE TABLE thing (a)");
                assertThat(columns(read)).isEqualTo(1);
                Steps.update(pool, "ALTER TABLE thing ADD COLUMN b");
                assertThat(columns(read)).isEqualTo(2);
                try (Connection writing = pool.getConnection()) {
                    writing.setAutoCommit(false);
                    Steps.update(writing, "ALTER TABLE thing ADD COLUMN c");
                    assertThat(columns(read)).isEqualTo(2);
                    writing.commit();
                }
                assertThat(columns(read)).isEqualTo(3);
                assertThat(read.getMetaData()).isNotNull(); // its rows are closed, and are not asked
                Steps.update(pool, "DROP TABLE thing");
                assertThatThrownBy(read::executeQuery).hasMessageContaining("no such table");
            }
        }
    }

    private static int columns(PreparedStatement read) throws SQLException {
        try (ResultSet rows = read.executeQuery()) {
            return rows.getMetaData().getColumnCount();
        }
    }

    /** Rows that are open on a reader must not hide from their connection what it wrote since. */
    @Test
    void a_connection_with_open_rows_sees_its_own_writes() throws Exception {
        try (DatabaseConnectionPool pool = builder("").build();
                Connection connection = pool.getConnection();
                Statement open = connection.createStatement();
                ResultSet rows = open.executeQuery("SELECT v FROM register")) {
            rows.next();
            Databases.run(connection, "BEGIN", RAISE, "COMMIT");
            assertThat(Steps.number(connection, "SELECT v FROM register WHERE id = 1"))
                    .isEqualTo(1);
            Steps.update(connection, RAISE);
            assertThat(Steps.number(connection, "SELECT v FROM register WHERE id = 1"))
                    .isEqualTo(2);
            try (PreparedStatement batch = connection.prepareStatement(RAISE + " WHERE id > ?")) {
                for (int i = 0; i < 2; i++) {
                    batch.setInt(1, 0);
                    batch.addBatch();
                }
                batch.executeBatch();
            }
            assertThat(Steps.number(connection, "SELECT v FROM register WHERE id = 1"))
                    .isEqualTo(4);
        }
    }
}
