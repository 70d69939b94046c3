package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Flush;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Result;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.apache.ibatis.cursor.Cursor;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.executor.BatchResult;
import org.apache.ibatis.jdbc.ScriptRunner;
import org.apache.ibatis.jdbc.SqlRunner;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.mapping.ResultSetType;
import org.apache.ibatis.mapping.VendorDatabaseIdProvider;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.ExecutorType;
import org.apache.ibatis.session.RowBounds;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.session.TransactionIsolationLevel;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.apache.ibatis.type.ByteArrayTypeHandler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MyBatis: sessions that read without a commit, its executors, cursors, script runner. */
class MyBatisTest extends OnSqliteFile {

    private SqlSessionFactory sessions;

    /** A row. */
    public static final class Account {
        private Long id;
        private String owner;
        private long balance;

        Account() {}

        Account(String owner, long balance) {
            this.owner = owner;
            this.balance = balance;
        }
    }

    /** Values of many types. */
    public static final class Kinds {
        private byte[] bytes;
        private BigDecimal price;
        private LocalDateTime at;
        private Date day;
        private Boolean flag;
        private Character letter;
        private String missing;
    }

    /** The statements. */
    interface Accounts {

        @Insert("INSERT INTO account (owner, balance) VALUES (#{owner}, #{balance})")
        @Options(useGeneratedKeys = true, keyProperty = "id", keyColumn = "id")
        int insert(Account account);

        @Insert("INSERT INTO account (owner, balance) VALUES (#{owner}, #{balance})")
        int insertWithoutKey(Account account);

        @Select(
                value = "INSERT INTO account (owner, balance) VALUES (#{owner}, #{balance}) RETURNING id",
                affectData = true)
        long insertReturning(Account account);

        @Select("SELECT * FROM account WHERE id = #{id}")
        Account find(long id);

        @Select("SELECT * FROM account ORDER BY id")
        List<Account> all();

        @Select("SELECT * FROM account ORDER BY id")
        List<Account> some(RowBounds bounds);

        @Select("SELECT * FROM account ORDER BY id")
        @Options(fetchSize = 100, timeout = 30, resultSetType = ResultSetType.FORWARD_ONLY)
        Cursor<Account> stream();

        @Update("UPDATE account SET balance = balance + #{amount} WHERE id = #{id}")
        int deposit(@Param("id") long id, @Param("amount") long amount);

        @Delete("DELETE FROM account WHERE owner LIKE #{like}")
        int delete(String like);

        @Insert("INSERT INTO kinds VALUES (#{bytes}, #{price}, #{at}, #{day}, #{flag}, #{letter}, #{missing})")
        int insertKinds(Kinds kinds);

        @Select("SELECT * FROM kinds")
        @Result(
                column = "bytes",
                property = "bytes",
                typeHandler = ByteArrayTypeHandler.class) // the driver has no getBlob
        Kinds kinds();

        @Flush
        List<BatchResult> flush();
    }

    @BeforeEach
    void schema() throws SQLException {
        Configuration configuration = new Configuration(new Environment("test", new JdbcTransactionFactory(), source));
        configuration.addMapper(Accounts.class);
        configuration.setDefaultFetchSize(50);
        configuration.setDefaultStatementTimeout(30);
        sessions = new SqlSessionFactoryBuilder().build(configuration);
        try (Connection connection = source.getConnection()) {
            ScriptRunner script = new ScriptRunner(connection);
            script.setLogWriter(null);
            script.setStopOnError(true);
            script.runScript(new StringReader("""
                    CREATE TABLE account (
                      id INTEGER PRIMARY KEY AUTOINCREMENT,
                      owner TEXT NOT NULL UNIQUE,
                      balance INTEGER NOT NULL CHECK (balance >= 0));
                    CREATE TABLE kinds (
                      bytes BLOB, price NUMERIC, at TIMESTAMP, day DATE, flag BOOLEAN, letter TEXT, missing TEXT);
                    INSERT INTO account (owner, balance) VALUES ('ada', 10);
                    INSERT INTO account (owner, balance) VALUES ('bob', 20);
                    """));
        }
    }

    private List<Account> accounts() {
        try (SqlSession session = sessions.openSession()) {
            return session.getMapper(Accounts.class).all();
        }
    }

    private long balance(int index) {
        return accounts().get(index).balance;
    }

    @Test
    void rows_are_mapped() {
        assertThat(accounts()).extracting(account -> account.owner).containsExactly("ada", "bob");
        try (SqlSession session = sessions.openSession()) {
            Accounts mapper = session.getMapper(Accounts.class);
            assertThat(mapper.find(2).balance).isEqualTo(20);
            assertThat(mapper.find(99)).isNull();
            assertThat(mapper.some(new RowBounds(1, 1))).hasSize(1);
            assertThat(session.<Account>selectList(Accounts.class.getName() + ".all"))
                    .hasSize(2);
        }
    }

    @Test
    void generated_keys_come_back() {
        try (SqlSession session = sessions.openSession(true)) {
            Accounts mapper = session.getMapper(Accounts.class);
            Account cleo = new Account("cleo", 1);
            assertThat(mapper.insert(cleo)).isEqualTo(1);
            assertThat(cleo.id).isEqualTo(3);
            assertThat(mapper.insertReturning(new Account("dan", 2))).isEqualTo(4);
        }
        assertThat(accounts()).hasSize(4);
    }

    @Test
    void a_batch_inserts_every_row() {
        try (SqlSession session = sessions.openSession(ExecutorType.BATCH)) {
            Accounts mapper = session.getMapper(Accounts.class);
            for (int i = 0; i < 100; i++) {
                mapper.insertWithoutKey(new Account("owner " + i, i));
            }
            assertThat(mapper.flush().get(0).getUpdateCounts()).hasSize(100).containsOnly(1);
            mapper.deposit(1, 1);
            mapper.deposit(2, 1);
            session.commit();
        }
        assertThat(accounts()).hasSize(102);
        assertThat(balance(0)).isEqualTo(11);
    }

    @Test
    void an_update_tells_its_rows() {
        try (SqlSession session = sessions.openSession(ExecutorType.REUSE)) {
            Accounts mapper = session.getMapper(Accounts.class);
            assertThat(mapper.deposit(1, 1)).isEqualTo(1);
            assertThat(mapper.deposit(99, 1)).isZero();
            assertThat(mapper.delete("b%")).isEqualTo(1);
            session.commit();
        }
        assertThat(accounts()).hasSize(1);
    }

    @Test
    void values_of_many_types_come_back_as_they_went() {
        Kinds kinds = new Kinds();
        kinds.bytes = new byte[] {1, 0, 2};
        kinds.price = new BigDecimal("12.25");
        kinds.day = new Date(1_700_000_000_123L);
        kinds.flag = true;
        kinds.letter = 'ä';
        try (SqlSession session = sessions.openSession()) {
            Accounts mapper = session.getMapper(Accounts.class);
            mapper.insertKinds(kinds);
            session.commit();
            assertThat(mapper.kinds())
                    .usingRecursiveComparison()
                    .withEqualsForType((a, b) -> a.compareTo(b) == 0, BigDecimal.class)
                    .isEqualTo(kinds);
        }
    }

    @Test
    void a_cursor_reads_row_by_row_beside_a_writer() throws IOException {
        try (SqlSession session = sessions.openSession(ExecutorType.BATCH)) {
            for (int i = 0; i < 1000; i++) {
                session.getMapper(Accounts.class).insertWithoutKey(new Account("owner " + i, i));
            }
            session.commit();
        }
        try (SqlSession session = sessions.openSession(true);
                Cursor<Account> rows = session.getMapper(Accounts.class).stream()) {
            Iterator<Account> each = rows.iterator();
            for (int i = 1; i <= 500; i++) {
                assertThat(each.next().id).isEqualTo(i);
            }
            try (SqlSession other = sessions.openSession()) {
                other.getMapper(Accounts.class).deposit(1, 1);
                other.commit();
            }
            assertThat(rows.isOpen()).isTrue();
        }
        assertThat(balance(0)).isEqualTo(11);
    }

    @Test
    void a_refused_row_is_told_with_its_constraint() {
        try (SqlSession session = sessions.openSession()) {
            assertThatThrownBy(() -> session.getMapper(Accounts.class).insert(new Account("ada", 1)))
                    .isInstanceOf(PersistenceException.class)
                    .hasMessageContaining("account.owner")
                    .satisfies(
                            e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
            session.rollback();
        }
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void a_failed_transaction_is_rolled_back() {
        try (SqlSession session = sessions.openSession()) {
            Accounts mapper = session.getMapper(Accounts.class);
            mapper.deposit(2, 10);
            assertThatThrownBy(() -> mapper.deposit(1, -11)).isInstanceOf(PersistenceException.class);
            session.rollback();
            mapper.deposit(1, -10);
            session.commit();
        }
        assertThat(balance(0)).isZero();
        assertThat(balance(1)).isEqualTo(20);
    }

    @Test
    void a_session_that_is_closed_without_a_commit_changes_nothing() {
        try (SqlSession session = sessions.openSession()) {
            session.getMapper(Accounts.class).deposit(1, 5);
        }
        assertThat(balance(0)).isEqualTo(10);
    }

    @Test
    void a_read_only_connection_reads_and_refuses_writes() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (SqlSession session = sessions.openSession(connection)) {
                Accounts mapper = session.getMapper(Accounts.class);
                assertThat(mapper.all()).hasSize(2);
                assertThatThrownBy(() -> mapper.deposit(1, 1))
                        .isInstanceOf(PersistenceException.class)
                        .satisfies(OnSqliteFile::sqlCause);
            }
        }
        try (SqlSession session = sessions.openSession(true)) {
            assertThat(session.getMapper(Accounts.class).deposit(1, 1)).isEqualTo(1);
        }
    }

    @Test
    void a_write_in_a_read_only_transaction_says_so_by_its_sql_state() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            try (SqlSession session = sessions.openSession(connection)) {
                assertThatThrownBy(() -> session.getMapper(Accounts.class).deposit(1, 1))
                        .satisfies(e -> assertThat(sqlCause(e).getSQLState()).isEqualTo(READ_ONLY));
            }
        }
    }

    @Test
    void an_isolation_level_is_taken_and_given_back() throws SQLException {
        try (SqlSession session = sessions.openSession(TransactionIsolationLevel.SERIALIZABLE)) {
            session.getMapper(Accounts.class).deposit(1, 1);
            session.commit();
        }
        assertThat(balance(0)).isEqualTo(11);
        try (Connection connection = source.getConnection()) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        }
    }

    @Test
    void the_database_is_recognised_by_its_metadata() {
        VendorDatabaseIdProvider provider = new VendorDatabaseIdProvider();
        Properties names = new Properties();
        names.setProperty("SQLite", "sqlite");
        provider.setProperties(names);
        assertThat(provider.getDatabaseId(source)).isEqualTo("sqlite");
    }

    @Test
    void a_sql_runner_inserts_selects_and_updates() throws SQLException {
        try (Connection connection = source.getConnection()) {
            SqlRunner runner = new SqlRunner(connection);
            runner.setUseGeneratedKeySupport(true);
            assertThat(runner.insert("INSERT INTO account (owner, balance) VALUES (?, ?)", "cleo", 1))
                    .isEqualTo(3);
            assertThat(runner.update("UPDATE account SET balance = ?", 5)).isEqualTo(3);
            assertThat(new ArrayList<>(runner.selectAll("SELECT * FROM account WHERE balance = ?", 5)))
                    .hasSize(3);
        }
    }

    @Test
    void read_then_write_sessions_of_eight_threads_lose_nothing() throws Exception {
        inThreads(() -> {
            try (SqlSession session = sessions.openSession()) {
                Accounts mapper = session.getMapper(Accounts.class);
                long read = mapper.find(1).balance;
                mapper.deposit(1, 1);
                session.clearCache();
                assertThat(mapper.find(1).balance).isEqualTo(read + 1);
                session.commit();
            }
        });
        assertThat(balance(0)).isEqualTo(10 + THREADS * ROUNDS);
    }
}
