package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSourceUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.SimpleJdbcInsert;
import org.springframework.jdbc.core.support.SqlBinaryValue;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.KeyHolder;
import org.springframework.jdbc.support.SQLErrorCodeSQLExceptionTranslator;
import org.springframework.jdbc.support.SQLErrorCodes;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's templates, clients, key holders and transactions. */
class SpringTest extends OnSqliteFile {

    private static final String INSERT = "INSERT INTO account (owner, balance) VALUES (?, ?)";

    private JdbcTemplate jdbc;
    private AnnotationConfigApplicationContext context;

    /** A row. */
    record Account(long id, String owner, long balance) {}

    @BeforeEach
    void schema() {
        new ResourceDatabasePopulator(new ByteArrayResource("""
                        CREATE TABLE account (
                          id INTEGER PRIMARY KEY AUTOINCREMENT,
                          owner TEXT NOT NULL UNIQUE,
                          balance INTEGER NOT NULL CHECK (balance >= 0));
                        CREATE TABLE posting (account_id INTEGER NOT NULL REFERENCES account (id), amount INTEGER);
                        INSERT INTO account (owner, balance) VALUES ('ada', 10);
                        INSERT INTO account (owner, balance) VALUES ('bob', 20);
                        """.getBytes(StandardCharsets.UTF_8))).execute(source);
        jdbc = new JdbcTemplate(source);
        context = new AnnotationConfigApplicationContext();
        context.registerBean(DataSourceTransactionManager.class, () -> new DataSourceTransactionManager(source));
        context.registerBean(JdbcTemplate.class, () -> jdbc);
        context.register(Transactions.class, Bank.class);
        context.refresh();
    }

    @AfterEach
    void closeContext() {
        context.close();
    }

    private Bank bank() {
        return context.getBean(Bank.class);
    }

    private List<Account> accounts() {
        return jdbc.query("SELECT * FROM account ORDER BY id", new DataClassRowMapper<>(Account.class));
    }

    // ---- templates ---------------------------------------------------------------------------------------------

    @Test
    void rows_are_mapped() {
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        assertThat(jdbc.queryForObject("SELECT sum(balance) FROM account", Long.class))
                .isEqualTo(30);
        assertThat(jdbc.queryForList("SELECT owner FROM account WHERE balance > ?", String.class, 15))
                .containsExactly("bob");
        assertThat(jdbc.queryForMap("SELECT id, owner FROM account WHERE id = ?", 1))
                .containsEntry("owner", "ada");
        assertThat(jdbc.queryForRowSet("SELECT * FROM account").getMetaData().getColumnNames())
                .containsExactly("id", "owner", "balance");
    }

    @Test
    void an_update_tells_its_rows() {
        assertThat(jdbc.update("UPDATE account SET balance = balance + 1")).isEqualTo(2);
        assertThat(jdbc.update("UPDATE account SET balance = ? WHERE owner = ?", 5, "ada"))
                .isEqualTo(1);
        assertThat(jdbc.update("DELETE FROM account WHERE id = ?", 99)).isZero();
        assertThat(accounts()).containsExactly(new Account(1, "ada", 5), new Account(2, "bob", 21));
    }

    @Test
    void generated_keys_come_back() {
        KeyHolder byFlag = new GeneratedKeyHolder();
        jdbc.update(
                connection -> {
                    PreparedStatement insert = connection.prepareStatement(INSERT, 1);
                    insert.setString(1, "cleo");
                    insert.setLong(2, 1);
                    return insert;
                },
                byFlag);
        KeyHolder byName = new GeneratedKeyHolder();
        jdbc.update(
                connection -> {
                    PreparedStatement insert = connection.prepareStatement(INSERT, new String[] {"id"});
                    insert.setObject(1, "dan");
                    insert.setObject(2, 2L);
                    return insert;
                },
                byName);
        KeyHolder named = new GeneratedKeyHolder();
        new NamedParameterJdbcTemplate(source)
                .update(
                        "INSERT INTO account (owner, balance) VALUES (:owner, :balance)",
                        new MapSqlParameterSource("owner", "eve").addValue("balance", 3, Types.INTEGER),
                        named);
        KeyHolder byClient = new GeneratedKeyHolder();
        JdbcClient.create(source)
                .sql("INSERT INTO account (owner, balance) VALUES (:owner, 4)")
                .param("owner", "fay")
                .update(byClient, "id");
        Number bySimple = new SimpleJdbcInsert(source)
                .withTableName("account")
                .usingGeneratedKeyColumns("id")
                .executeAndReturnKey(Map.of("owner", "gus", "balance", 5));
        assertThat(Stream.of(byFlag.getKey(), byName.getKey(), named.getKey(), byClient.getKey(), bySimple)
                        .map(Number::longValue))
                .containsExactly(3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void an_insert_may_return_its_row() throws SQLException {
        assertThat(jdbc.queryForObject(INSERT + " RETURNING id", Long.class, "cleo", 1))
                .isEqualTo(3);
        assertThat(jdbc.queryForList("UPDATE account SET balance = 0 RETURNING owner", String.class))
                .hasSize(3);
        assertThat(number("SELECT count(*) FROM account WHERE balance = 0")).isEqualTo(3);
    }

    @Test
    void batches_insert_every_row() {
        int[] plain = jdbc.batchUpdate(
                "INSERT INTO posting VALUES (1, 1)", "INSERT INTO posting VALUES (1, 2)", "DELETE FROM posting");
        assertThat(plain).containsExactly(1, 1, 2);
        int[] set = jdbc.batchUpdate(INSERT, new BatchPreparedStatementSetter() {
            @Override
            public void setValues(PreparedStatement insert, int i) throws SQLException {
                insert.setString(1, "owner " + i);
                insert.setInt(2, i);
            }

            @Override
            public int getBatchSize() {
                return 50;
            }
        });
        assertThat(set).hasSize(50).containsOnly(1);
        int[][] chunks =
                jdbc.batchUpdate(INSERT, IntStream.range(50, 125).boxed().toList(), 25, (insert, i) -> {
                    insert.setString(1, "owner " + i);
                    insert.setInt(2, i);
                });
        assertThat(chunks).hasDimensions(3, 25);
        int[] named = new NamedParameterJdbcTemplate(source)
                .batchUpdate(
                        "INSERT INTO account (owner, balance) VALUES (:owner, :balance)",
                        SqlParameterSourceUtils.createBatch(new Account(0, "x", 1), new Account(0, "y", 2)));
        assertThat(named).containsExactly(1, 1);
        assertThat(jdbc.queryForObject("SELECT count(*) FROM account", Long.class))
                .isEqualTo(129);
    }

    @Test
    void values_of_many_types_come_back_as_they_went() {
        jdbc.execute(
                "CREATE TABLE kinds (i INTEGER, l BIGINT, d REAL, n NUMERIC, s TEXT, b BLOB, f BOOLEAN, missing TEXT)");
        NamedParameterJdbcTemplate named = new NamedParameterJdbcTemplate(source);
        SqlParameterSource values = new MapSqlParameterSource()
                .addValue("i", 7)
                .addValue("l", 1L << 40)
                .addValue("d", 0.5)
                .addValue("n", new BigDecimal("12.25"))
                .addValue("s", "ä\u0000é ☃", Types.VARCHAR)
                .addValue("b", new SqlBinaryValue(new byte[] {1, 0, 2}))
                .addValue("f", true)
                .addValue("missing", null, Types.VARCHAR);
        assertThat(named.update("INSERT INTO kinds VALUES (:i, :l, :d, :n, :s, :b, :f, :missing)", values))
                .isEqualTo(1);
        jdbc.query("SELECT * FROM kinds", (ResultSet row) -> {
            assertThat(row.getInt("i")).isEqualTo(7);
            assertThat(row.getLong("l")).isEqualTo(1L << 40);
            assertThat(row.getDouble("d")).isEqualTo(0.5);
            assertThat(row.getBigDecimal("n")).isEqualByComparingTo("12.25");
            assertThat(row.getBytes("b")).containsExactly(1, 0, 2);
            assertThat(row.getBoolean("f")).isTrue();
            assertThat(row.getString("missing")).isNull();
            assertThat(row.wasNull()).isTrue();
            assertThat(row.getObject("i", Integer.class)).isEqualTo(7);
        });
    }

    @Test
    void a_stream_reads_row_by_row_and_its_end_gives_the_connection_back() {
        jdbc.batchUpdate(INSERT, IntStream.range(0, 1000).boxed().toList(), 1000, (insert, i) -> {
            insert.setString(1, "owner " + i);
            insert.setInt(2, i);
        });
        jdbc.setFetchSize(100);
        jdbc.setQueryTimeout(30);
        try (Stream<Long> ids = jdbc.queryForStream("SELECT id FROM account ORDER BY id", (row, i) -> row.getLong(1))) {
            assertThat(ids.limit(500).reduce(0L, Math::max)).isEqualTo(500);
            jdbc.update("UPDATE account SET balance = 0");
        }
        jdbc.setMaxRows(3);
        assertThat(jdbc.queryForList("SELECT id FROM account")).hasSize(3);
    }

    @Test
    void metadata_is_read_through_the_template() throws Exception {
        assertThat(JdbcUtils.extractDatabaseMetaData(source, DatabaseMetaData::getDatabaseProductName))
                .isEqualTo("SQLite");
        List<String> columns = jdbc.execute((ConnectionCallback<List<String>>) connection -> {
            try (ResultSet found = connection.getMetaData().getColumns(null, null, "account", "%")) {
                return Stream.of(next(found), next(found), next(found)).toList();
            }
        });
        assertThat(columns).containsExactly("id", "owner", "balance");
    }

    private static String next(ResultSet columns) throws SQLException {
        assertThat(columns.next()).isTrue();
        return columns.getString("COLUMN_NAME");
    }

    // ---- errors ------------------------------------------------------------------------------------------------

    /** Spring knows no codes of SQLite itself; an application names them. */
    @Test
    void a_refused_row_is_translated_by_its_error_code() {
        SQLErrorCodes codes = new SQLErrorCodes();
        codes.setDuplicateKeyCodes("19");
        jdbc.setExceptionTranslator(new SQLErrorCodeSQLExceptionTranslator(codes));
        assertThatThrownBy(() -> jdbc.update(INSERT, "ada", 1)).isInstanceOf(DuplicateKeyException.class);
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void a_refused_row_leaves_the_rows_of_its_batch_before_it_out_of_a_transaction() {
        assertThatThrownBy(() -> new TransactionTemplate(context.getBean(DataSourceTransactionManager.class))
                        .executeWithoutResult(status ->
                                jdbc.batchUpdate(INSERT, List.of(new Object[] {"cleo", 1}, new Object[] {"dan", -1}))))
                .isInstanceOf(DataAccessException.class);
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void a_refused_row_is_told_with_its_constraint() {
        assertThatThrownBy(() -> jdbc.update(INSERT, "ada", 1))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("account.owner")
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
        assertThatThrownBy(() -> jdbc.update("INSERT INTO posting VALUES (99, 1)"))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("FOREIGN KEY");
    }

    @Test
    void a_refused_row_is_translated_by_its_sql_state() {
        assertThatThrownBy(() -> jdbc.update(INSERT, "ada", 1)).isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(() -> jdbc.update(INSERT, "cleo", -1)).isInstanceOf(DataIntegrityViolationException.class);
        assertThatThrownBy(() -> jdbc.update("INSERT INTO posting VALUES (99, 1)"))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThatThrownBy(() -> jdbc.update(INSERT, null, 1)).isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void wrong_sql_is_told() {
        assertThatThrownBy(() -> jdbc.queryForList("SELECT nothing FROM nowhere"))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("nowhere");
    }

    // ---- transactions ------------------------------------------------------------------------------------------

    @Test
    void a_transaction_is_committed() {
        bank().transfer(1, 2, 4);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 6), new Account(2, "bob", 24));
    }

    @Test
    void a_failed_transaction_is_rolled_back() {
        assertThatThrownBy(() -> bank().transfer(1, 2, 11)).isInstanceOf(DataAccessException.class);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        bank().transfer(1, 2, 10);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 0), new Account(2, "bob", 30));
    }

    @Test
    void a_read_only_transaction_reads_and_refuses_writes() {
        assertThat(bank().total()).isEqualTo(30);
        assertThatThrownBy(() -> bank().writeReadOnly()).isInstanceOf(DataAccessException.class);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        bank().transfer(1, 2, 4);
    }

    @Test
    void a_write_in_a_read_only_transaction_says_so_by_its_sql_state() {
        assertThatThrownBy(() -> bank().writeReadOnly())
                .satisfies(e -> assertThat(sqlCause(e).getSQLState()).isEqualTo(READ_ONLY));
    }

    @Test
    void a_read_only_transaction_reads_one_snapshot() {
        bank().totalTwiceWith(() -> {
            Thread writer = new Thread(() -> bank().transfer(1, 2, 4));
            Thread depositor = new Thread(() -> jdbc.update("UPDATE account SET balance = balance + 100"));
            writer.start();
            depositor.start();
            try {
                writer.join();
                depositor.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(bank().total()).isEqualTo(230);
    }

    @Test
    void a_transaction_of_its_own_within_one_that_only_reads_writes() {
        bank().readThen(() -> bank().deposit(1, 5));
        assertThat(accounts().get(0).balance()).isEqualTo(15);
    }

    @Test
    void a_read_only_transaction_of_its_own_within_one_that_writes_sees_what_is_committed() {
        bank().depositThen(1, 5, () -> assertThat(bank().totalOfItsOwn()).isEqualTo(30));
        assertThat(bank().total()).isEqualTo(35);
    }

    @Test
    void a_transaction_of_its_own_before_the_outer_one_has_written_commits_alone() {
        assertThatThrownBy(() -> bank().thenFail(() -> bank().deposit(1, 5))).isInstanceOf(ArithmeticException.class);
        assertThat(accounts().get(0).balance()).isEqualTo(15);
    }

    /** SQLite has one writer: this cannot be granted, and must be told rather than waited for. */
    @Test
    void a_second_writing_transaction_within_one_that_wrote_fails_and_the_outer_one_is_rolled_back() throws Exception {
        assertQuiescent(pool);
        pool = pool("app.db?busy_timeout=50");
        DataSource hasty = Given.by(pool);
        jdbc.setDataSource(hasty);
        context.getBean(DataSourceTransactionManager.class).setDataSource(hasty);
        assertThatThrownBy(() -> bank().depositThen(1, 5, () -> bank().deposit(2, 5)))
                .isInstanceOf(RuntimeException.class)
                .satisfies(OnSqliteFile::sqlCause);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        bank().deposit(1, 5);
        assertThat(accounts().get(0).balance()).isEqualTo(15);
    }

    @Test
    void a_second_writing_transaction_within_one_that_wrote_is_refused_by_the_pool_without_a_wait_for_a_lock() {
        assertThatThrownBy(() -> bank().depositThen(1, 5, () -> bank().deposit(2, 5)))
                .satisfies(e -> assertThat(sqlCause(e).getMessage()).startsWith("pool '"));
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
    }

    @Test
    void a_nested_transaction_is_a_savepoint() {
        bank().depositThen(1, 5, () -> {
            assertThatThrownBy(() -> bank().nestedDepositAndFail(2, 5)).isInstanceOf(ArithmeticException.class);
            bank().nestedDeposit(2, 1);
        });
        assertThat(accounts()).containsExactly(new Account(1, "ada", 15), new Account(2, "bob", 21));
    }

    @Test
    void an_isolation_level_is_taken_and_given_back() throws Exception {
        bank().serializable(1, 5);
        assertThat(accounts().get(0).balance()).isEqualTo(15);
        try (Connection connection = source.getConnection()) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void read_then_write_transactions_of_eight_threads_lose_nothing() throws Exception {
        inThreads(() -> bank().readThenDeposit(1));
        assertThat(accounts().get(0).balance()).isEqualTo(10 + THREADS * ROUNDS);
    }

    // ---- data sources around the pool --------------------------------------------------------------------------

    @Test
    void a_lazy_connection_borrows_at_the_first_statement() {
        DataSource lazy = new LazyConnectionDataSourceProxy(source);
        TransactionTemplate reads = new TransactionTemplate(new DataSourceTransactionManager(lazy));
        reads.setReadOnly(true);
        reads.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
        reads.executeWithoutResult(
                status -> assertThat(pool.statistics().activeConnections()).isZero());
        JdbcTemplate lazily = new JdbcTemplate(lazy);
        Long rows = reads.execute(status -> lazily.queryForObject("SELECT count(*) FROM account", Long.class));
        assertThat(rows).isEqualTo(2);
        assertThatThrownBy(() -> reads.execute(status -> lazily.update("DELETE FROM account")))
                .isInstanceOf(DataAccessException.class);
        new TransactionTemplate(new DataSourceTransactionManager(lazy))
                .executeWithoutResult(status -> lazily.update("DELETE FROM account"));
        assertThat(accounts()).isEmpty();
    }

    @Test
    void plain_jdbc_takes_part_in_a_transaction() {
        DataSource aware = new TransactionAwareDataSourceProxy(source);
        assertThatThrownBy(() -> bank().thenFail(() -> {
                    try (Connection connection = aware.getConnection();
                            PreparedStatement delete = connection.prepareStatement("DELETE FROM account")) {
                        assertThat(delete.executeUpdate()).isEqualTo(2);
                    } catch (SQLException e) {
                        throw new AssertionError(e);
                    }
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(accounts()).hasSize(2);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {}

    /** Work in transactions. */
    @Transactional
    static class Bank {

        private final JdbcTemplate jdbc;

        Bank(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        private void add(long id, long amount) {
            assertThat(jdbc.update("UPDATE account SET balance = balance + ? WHERE id = ?", amount, id))
                    .isEqualTo(1);
        }

        private long sum() {
            return jdbc.queryForObject("SELECT sum(balance) FROM account", Long.class);
        }

        public void transfer(long from, long to, long amount) {
            add(to, amount);
            add(from, -amount);
        }

        public void readThenDeposit(long id) {
            long balance = jdbc.queryForObject("SELECT balance FROM account WHERE id = ?", Long.class, id);
            jdbc.update("UPDATE account SET balance = ? WHERE id = ?", balance + 1, id);
        }

        @Transactional(readOnly = true)
        public long total() {
            return sum();
        }

        @Transactional(readOnly = true)
        public void totalTwiceWith(Runnable between) {
            long first = sum();
            between.run();
            assertThat(sum()).isEqualTo(first);
        }

        @Transactional(readOnly = true)
        public void writeReadOnly() {
            sum();
            add(1, 1);
        }

        @Transactional(readOnly = true)
        public void readThen(Runnable next) {
            long before = sum();
            next.run();
            assertThat(sum()).isEqualTo(before);
        }

        @Transactional(readOnly = true, propagation = Propagation.REQUIRES_NEW)
        public long totalOfItsOwn() {
            return sum();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void deposit(long id, long amount) {
            add(id, amount);
        }

        public void depositThen(long id, long amount, Runnable next) {
            add(id, amount);
            next.run();
        }

        public void thenFail(Runnable first) {
            first.run();
            throw new ArithmeticException("to roll back");
        }

        @Transactional(propagation = Propagation.NESTED)
        public void nestedDeposit(long id, long amount) {
            add(id, amount);
        }

        @Transactional(propagation = Propagation.NESTED)
        public void nestedDepositAndFail(long id, long amount) {
            add(id, amount);
            throw new ArithmeticException("to roll back to the savepoint");
        }

        @Transactional(isolation = Isolation.SERIALIZABLE, timeout = 30)
        public void serializable(long id, long amount) {
            add(id, amount);
        }
    }
}
