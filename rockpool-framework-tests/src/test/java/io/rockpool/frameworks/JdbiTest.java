package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.SerializableTransactionRunner;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jdbi: handles, batches, streams, its own transactions and retries. */
class JdbiTest extends OnSqliteFile {

    private Jdbi jdbi;

    /** A row. */
    public record Account(long id, String owner, long balance) {}

    @BeforeEach
    void schema() {
        jdbi = Jdbi.create(source);
        jdbi.registerRowMapper(ConstructorMapper.factory(Account.class));
        jdbi.useHandle(handle -> handle.createScript("""
                        CREATE TABLE account (
                          id INTEGER PRIMARY KEY AUTOINCREMENT,
                          owner TEXT NOT NULL UNIQUE,
                          balance INTEGER NOT NULL CHECK (balance >= 0));
                        CREATE TABLE posting (account_id INTEGER NOT NULL REFERENCES account (id), amount INTEGER);
                        INSERT INTO account (owner, balance) VALUES ('ada', 10);
                        INSERT INTO account (owner, balance) VALUES ('bob', 20);
                        """).executeAsSeparateStatements());
    }

    private List<Account> accounts() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT * FROM account ORDER BY id")
                .mapTo(Account.class)
                .list());
    }

    private static int deposit(Handle handle, long id, long amount) {
        return handle.createUpdate("UPDATE account SET balance = balance + :amount WHERE id = :id")
                .bind("amount", amount)
                .bind("id", id)
                .execute();
    }

    @Test
    void rows_are_mapped() {
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        jdbi.useHandle(handle -> {
            assertThat(handle.select("SELECT owner FROM account WHERE balance > ?", 15)
                            .mapTo(String.class)
                            .one())
                    .isEqualTo("bob");
            assertThat(handle.select("SELECT * FROM account WHERE id IN (<ids>)")
                            .bindList("ids", 1, 2)
                            .mapToMap()
                            .list())
                    .hasSize(2);
            assertThat(handle.select("SELECT * FROM account WHERE id = 99")
                            .mapTo(Account.class)
                            .findOne())
                    .isEmpty();
        });
    }

    @Test
    void generated_keys_come_back() {
        jdbi.useHandle(handle -> {
            assertThat(handle.createUpdate("INSERT INTO account (owner, balance) VALUES (?, ?)")
                            .bind(0, "cleo")
                            .bind(1, 1)
                            .executeAndReturnGeneratedKeys()
                            .mapTo(Long.class)
                            .one())
                    .isEqualTo(3);
            assertThat(handle.createUpdate("INSERT INTO account (owner, balance) VALUES (:owner, :balance)")
                            .bindMethods(new Account(0, "dan", 2))
                            .executeAndReturnGeneratedKeys("id")
                            .mapTo(Long.class)
                            .one())
                    .isEqualTo(4);
            assertThat(handle.createQuery("INSERT INTO account (owner, balance) VALUES ('eve', 3) RETURNING *")
                            .mapTo(Account.class)
                            .one())
                    .isEqualTo(new Account(5, "eve", 3));
        });
        assertThat(accounts()).hasSize(5);
    }

    @Test
    void a_batch_inserts_every_row() {
        jdbi.useHandle(handle -> {
            PreparedBatch batch = handle.prepareBatch("INSERT INTO account (owner, balance) VALUES (:owner, :balance)");
            for (int i = 0; i < 100; i++) {
                batch.bind("owner", "owner " + i).bind("balance", i).add();
            }
            assertThat(batch.execute()).hasSize(100).containsOnly(1);
            assertThat(handle.createBatch()
                            .add("INSERT INTO posting VALUES (1, 1)")
                            .add("INSERT INTO posting VALUES (2, 1)")
                            .execute())
                    .containsExactly(1, 1);
        });
        assertThat(accounts()).hasSize(102);
    }

    @Test
    void an_update_tells_its_rows() {
        jdbi.useHandle(handle -> {
            assertThat(handle.execute("UPDATE account SET balance = balance + ?", 1))
                    .isEqualTo(2);
            assertThat(deposit(handle, 1, 1)).isEqualTo(1);
            assertThat(deposit(handle, 99, 1)).isZero();
        });
    }

    @Test
    void values_of_many_types_come_back_as_they_went() {
        UUID uuid = new UUID(1, 2);
        Instant instant = Instant.ofEpochMilli(1_700_000_000_123L);
        jdbi.useHandle(handle -> {
            handle.execute(
                    "CREATE TABLE kinds (u TEXT, b BLOB, n NUMERIC, i TIMESTAMP, d DATE, f BOOLEAN, missing TEXT)");
            handle.createUpdate("INSERT INTO kinds VALUES (:u, :b, :n, :i, :d, :f, :missing)")
                    .bind("u", uuid.toString())
                    .bind("b", new byte[] {1, 0, 2})
                    .bind("n", new BigDecimal("12.25"))
                    .bind("i", instant)
                    .bind("d", LocalDate.of(2026, 11, 23))
                    .bind("f", true)
                    .bind("missing", (String) null)
                    .execute();
            Map<String, Object> row =
                    handle.select("SELECT * FROM kinds").mapToMap().one();
            assertThat(row).containsEntry("u", uuid.toString()).containsEntry("missing", null);
            assertThat(handle.select("SELECT b FROM kinds").mapTo(byte[].class).one())
                    .containsExactly(1, 0, 2);
            assertThat(handle.select("SELECT n FROM kinds")
                            .mapTo(BigDecimal.class)
                            .one())
                    .isEqualByComparingTo("12.25");
            assertThat(handle.select("SELECT i FROM kinds").mapTo(Instant.class).one())
                    .isEqualTo(instant);
            assertThat(handle.select("SELECT f FROM kinds").mapTo(Boolean.class).one())
                    .isTrue();
        });
    }

    @Test
    void a_stream_reads_row_by_row_beside_a_writer() {
        jdbi.useHandle(handle ->
                handle.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                        + " INSERT INTO account (owner, balance) SELECT 'owner ' || i, i FROM n"));
        jdbi.useHandle(handle -> {
            try (Stream<Account> rows = handle
                    .createQuery("SELECT * FROM account ORDER BY id")
                    .setFetchSize(100)
                    .setQueryTimeout(30)
                    .mapTo(Account.class)
                    .stream()) {
                assertThat(rows.limit(500).mapToLong(Account::id).max()).hasValue(500);
                jdbi.useHandle(other -> deposit(other, 1, 1));
            }
            try (ResultIterator<Long> ids = handle.createQuery("SELECT id FROM account")
                    .setMaxRows(3)
                    .mapTo(Long.class)
                    .iterator()) {
                int rows = 0;
                while (ids.hasNext()) {
                    ids.next();
                    rows++;
                }
                assertThat(rows).isEqualTo(3);
            }
        });
        assertThat(accounts().get(0).balance()).isEqualTo(11);
    }

    @Test
    void metadata_is_read_through_the_handle() {
        List<String> columns =
                jdbi.withHandle(handle -> handle.queryMetadata(meta -> meta.getColumns(null, null, "account", null))
                        .map((row, context) -> row.getString("COLUMN_NAME"))
                        .list());
        assertThat(columns).containsExactly("id", "owner", "balance");
        jdbi.useHandle(handle -> {
            String product = handle.queryMetadata(DatabaseMetaData::getDatabaseProductName);
            assertThat(product).isEqualTo("SQLite");
        });
        List<String> foreign =
                jdbi.withHandle(handle -> handle.queryMetadata(meta -> meta.getImportedKeys(null, null, "posting"))
                        .map((row, context) -> row.getString("PKTABLE_NAME"))
                        .list());
        assertThat(foreign).containsExactly("account");
    }

    @Test
    void a_refused_row_is_told_with_its_constraint() {
        assertThatThrownBy(() -> jdbi.useHandle(
                        handle -> handle.execute("INSERT INTO account (owner, balance) VALUES (?, 1)", "ada")))
                .isInstanceOf(UnableToExecuteStatementException.class)
                .hasMessageContaining("account.owner")
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void a_failed_transaction_is_rolled_back() {
        assertThatThrownBy(() -> jdbi.useTransaction(handle -> {
                    deposit(handle, 2, 11);
                    deposit(handle, 1, -11);
                }))
                .isInstanceOf(UnableToExecuteStatementException.class);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        jdbi.useTransaction(handle -> {
            deposit(handle, 2, 10);
            deposit(handle, 1, -10);
        });
        assertThat(accounts()).containsExactly(new Account(1, "ada", 0), new Account(2, "bob", 30));
    }

    @Test
    void a_savepoint_takes_back_a_part() {
        jdbi.useTransaction(handle -> {
            deposit(handle, 1, 1);
            handle.savepoint("before");
            deposit(handle, 1, 5);
            handle.rollbackToSavepoint("before");
            handle.savepoint("again");
            deposit(handle, 2, 2);
            handle.releaseSavepoint("again");
        });
        assertThat(accounts()).containsExactly(new Account(1, "ada", 11), new Account(2, "bob", 22));
    }

    @Test
    void a_transaction_by_hand_commits_what_it_says() {
        try (Handle handle = jdbi.open()) {
            handle.begin();
            deposit(handle, 1, 1);
            handle.rollback();
            handle.begin();
            assertThat(handle.isInTransaction()).isTrue();
            deposit(handle, 1, 2);
            handle.commit();
        }
        assertThat(accounts().get(0).balance()).isEqualTo(12);
    }

    @Test
    void a_read_only_handle_reads_and_refuses_writes() throws SQLException {
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            assertThat(handle.isReadOnly()).isTrue();
            assertThat(handle.select("SELECT count(*) FROM account")
                            .mapTo(Long.class)
                            .one())
                    .isEqualTo(2);
            assertThatThrownBy(() -> handle.useTransaction(inner -> {
                        inner.select("SELECT count(*) FROM account")
                                .mapTo(Long.class)
                                .one();
                        deposit(inner, 1, 1);
                    }))
                    .isInstanceOf(JdbiException.class)
                    .satisfies(OnSqliteFile::sqlCause);
            handle.setReadOnly(false);
            deposit(handle, 1, 1);
            handle.setReadOnly(true);
        }
        jdbi.useHandle(handle -> deposit(handle, 1, 1));
        assertThat(accounts().get(0).balance()).isEqualTo(12);
    }

    @Test
    void a_write_in_a_read_only_transaction_says_so_by_its_sql_state() {
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            assertThatThrownBy(() -> handle.useTransaction(inner -> deposit(inner, 1, 1)))
                    .satisfies(e -> assertThat(sqlCause(e).getSQLState()).isEqualTo(READ_ONLY));
        }
    }

    @Test
    void an_isolation_level_is_taken_and_given_back() throws SQLException {
        jdbi.useTransaction(TransactionIsolationLevel.SERIALIZABLE, handle -> deposit(handle, 1, 1));
        jdbi.useTransaction(
                TransactionIsolationLevel.READ_UNCOMMITTED,
                handle -> handle.select("SELECT 1").mapTo(Long.class).one());
        try (Connection connection = source.getConnection();
                ResultSet level = connection.createStatement().executeQuery("PRAGMA read_uncommitted")) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(level.next()).isTrue();
            assertThat(level.getInt(1)).isZero();
        }
    }

    @Test
    void read_then_write_transactions_of_eight_threads_lose_nothing() throws Exception {
        jdbi.setTransactionHandler(new SerializableTransactionRunner());
        inThreads(() -> jdbi.useTransaction(TransactionIsolationLevel.SERIALIZABLE, handle -> {
            long balance = handle.select("SELECT balance FROM account WHERE id = 1")
                    .mapTo(Long.class)
                    .one();
            handle.execute("UPDATE account SET balance = ? WHERE id = 1", balance + 1);
        }));
        assertThat(accounts().get(0).balance()).isEqualTo(10 + THREADS * ROUNDS);
    }

    @Test
    void statements_in_great_number_leave_nothing_open() {
        jdbi.getConfig(SqlStatements.class).setAttachAllStatementsForCleanup(true);
        jdbi.useHandle(handle -> {
            for (int i = 0; i < 500; i++) {
                assertThat(handle.select("SELECT ?", i).mapTo(Integer.class).first())
                        .isEqualTo(i);
            }
        });
    }
}
