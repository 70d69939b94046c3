package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.HibernateException;
import org.hibernate.JDBCException;
import org.hibernate.ScrollMode;
import org.hibernate.ScrollableResults;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.Transaction;
import org.hibernate.cfg.Configuration;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.tool.schema.spi.SchemaManagementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hibernate: schema tools, sessions, batches, cursors, locks. */
class HibernateTest extends OnSqliteFile {

    private SessionFactory sessions;

    /** A colour, stored by name. */
    enum Colour {
        RED,
        BLUE
    }

    @Entity(name = "Account")
    static class Account {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        @Column(columnDefinition = "integer")
        Long id;

        @Column(nullable = false, unique = true)
        String owner;

        long balance;

        @Version
        int version;

        @OneToMany(mappedBy = "account", cascade = CascadeType.ALL)
        List<Posting> postings = new ArrayList<>();

        Account() {}

        Account(String owner, long balance) {
            this.owner = owner;
            this.balance = balance;
        }
    }

    @Entity(name = "Posting")
    static class Posting {
        @Id
        long id; // assigned, so that inserts go in batches

        long amount;

        @ManyToOne(fetch = FetchType.LAZY, optional = false)
        @JoinColumn(name = "account_id")
        Account account;

        Posting() {}

        Posting(long id, long amount, Account account) {
            this.id = id;
            this.amount = amount;
            this.account = account;
        }
    }

    @Entity(name = "Kinds")
    static class Kinds {
        @Id
        UUID id;

        BigDecimal price;
        Instant at;
        LocalDate day;
        Boolean flag;
        Double real;
        Duration span;

        byte[] bytes; // no @Lob: the driver has no getBlob

        @Column(length = 100_000)
        String text;

        @Enumerated(EnumType.STRING)
        Colour colour;

        String missing;
    }

    /** Its keys come from a table, on another connection than the transaction's. */
    @Entity(name = "Ticket")
    static class Ticket {
        @Id
        @GeneratedValue(strategy = GenerationType.TABLE)
        Long id;
    }

    /** The dialect leaves the type out of an identity column, so that table is made by hand. */
    @BeforeEach
    void open() throws Exception {
        sql("""
                CREATE TABLE Account (
                  id INTEGER PRIMARY KEY AUTOINCREMENT,
                  owner VARCHAR(255) NOT NULL UNIQUE,
                  balance BIGINT NOT NULL CHECK (balance >= 0),
                  version INTEGER NOT NULL)
                """);
        sessions = factory(Map.of("hibernate.hbm2ddl.auto", "update"), Account.class, Posting.class, Kinds.class);
    }

    @AfterEach
    void closeSessions() {
        sessions.close();
    }

    private SessionFactory factory(Map<String, Object> settings, Class<?>... entities) {
        Configuration configuration = new Configuration();
        configuration.getProperties().put("hibernate.connection.datasource", source);
        configuration.setProperty("hibernate.dialect", SQLiteDialect.class.getName());
        configuration.setProperty("hibernate.jdbc.batch_size", "20");
        configuration.setProperty("hibernate.jdbc.fetch_size", "50");
        configuration.getProperties().putAll(settings);
        for (Class<?> entity : entities) {
            configuration.addAnnotatedClass(entity);
        }
        return configuration.buildSessionFactory();
    }

    private long persist(String owner, long balance) {
        return sessions.fromTransaction(session -> {
            Account account = new Account(owner, balance);
            session.persist(account);
            return account.id;
        });
    }

    private Account account(long id) {
        return sessions.fromSession(session -> session.find(Account.class, id));
    }

    private static void fail() {
        throw new ArithmeticException("to roll back");
    }

    // ---- schema ------------------------------------------------------------------------------------------------

    @Test
    void the_schema_is_updated_twice_and_validated_twice() throws Exception {
        persist("ada", 10);
        for (int time = 0; time < 2; time++) {
            for (String tool : List.of("update", "validate")) {
                factory(Map.of("hibernate.hbm2ddl.auto", tool), Account.class, Posting.class, Kinds.class, Ticket.class)
                        .close();
            }
        }
        assertThat(number("SELECT count(*) FROM Ticket")).isZero();
        assertThat(account(1).owner).isEqualTo("ada");
    }

    @Test
    void a_missing_column_is_found_by_validate_and_added_by_update() throws Exception {
        sql("DROP TABLE Kinds", "CREATE TABLE Kinds (id BLOB PRIMARY KEY, price NUMERIC)");
        assertThatThrownBy(() -> factory(Map.of("hibernate.hbm2ddl.auto", "validate"), Kinds.class))
                .isInstanceOf(SchemaManagementException.class)
                .hasMessageContaining("missing column");
        factory(Map.of("hibernate.hbm2ddl.auto", "update"), Kinds.class).close();
        assertThat(number("SELECT count(*) FROM pragma_table_info('Kinds')")).isEqualTo(11);
    }

    @Test
    void the_schema_is_dropped_at_the_end() throws Exception {
        factory(Map.of("hibernate.hbm2ddl.auto", "create-drop"), Kinds.class, Ticket.class)
                .close();
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name IN ('Kinds', 'Ticket')"))
                .isZero();
    }

    // ---- rows --------------------------------------------------------------------------------------------------

    @Test
    void generated_keys_come_back() {
        assertThat(persist("ada", 10)).isEqualTo(1);
        assertThat(persist("bob", 20)).isEqualTo(2);
    }

    @Test
    void keys_from_a_table_come_from_a_transaction_of_their_own() throws Exception {
        try (SessionFactory tickets = factory(Map.of("hibernate.hbm2ddl.auto", "update"), Ticket.class)) {
            tickets.inTransaction(session -> {
                for (int i = 0; i < 5; i++) {
                    session.persist(new Ticket());
                }
            });
        }
        assertThat(number("SELECT count(DISTINCT id) FROM Ticket")).isEqualTo(5);
    }

    @Test
    void rows_are_mapped() {
        persist("ada", 10);
        persist("bob", 20);
        sessions.inSession(session -> {
            assertThat(session.createSelectionQuery("from Account where balance > :least", Account.class)
                            .setParameter("least", 15)
                            .getSingleResult()
                            .owner)
                    .isEqualTo("bob");
            assertThat(session.createSelectionQuery("select sum(balance) from Account", Long.class)
                            .getSingleResult())
                    .isEqualTo(30);
            assertThat(session.createNativeQuery("SELECT * FROM Account ORDER BY id", Account.class)
                            .getResultList())
                    .hasSize(2);
            assertThat(session.createSelectionQuery("from Account order by id", Account.class)
                            .setFirstResult(1)
                            .setMaxResults(1)
                            .setTimeout(30)
                            .getResultList())
                    .hasSize(1);
        });
    }

    @Test
    void batches_insert_update_and_delete_every_row() throws Exception {
        sessions.inTransaction(session -> {
            Account ada = new Account("ada", 10);
            session.persist(ada);
            IntStream.range(0, 105).forEach(i -> session.persist(new Posting(i, i, ada)));
        });
        assertThat(number("SELECT count(*) FROM Posting")).isEqualTo(105);
        sessions.inTransaction(session -> session.createSelectionQuery("from Posting", Posting.class)
                .getResultList()
                .forEach(posting -> posting.amount++));
        assertThat(number("SELECT sum(amount) FROM Posting")).isEqualTo(105 * 104 / 2 + 105);
        sessions.inTransaction(session -> session.remove(session.find(Account.class, 1)));
        assertThat(number("SELECT count(*) FROM Posting")).isZero();
    }

    @Test
    void a_stateless_session_inserts_in_a_batch() throws Exception {
        sessions.inStatelessTransaction(session -> {
            Account ada = new Account("ada", 10);
            session.insert(ada);
            session.setJdbcBatchSize(10);
            session.insertMultiple(
                    IntStream.range(0, 25).mapToObj(i -> new Posting(i, i, ada)).toList());
        });
        assertThat(number("SELECT count(*) FROM Posting")).isEqualTo(25);
    }

    @Test
    void an_update_tells_its_rows() {
        persist("ada", 10);
        persist("bob", 20);
        sessions.inTransaction(session -> {
            assertThat(session.createMutationQuery("update Account set balance = balance + 1")
                            .executeUpdate())
                    .isEqualTo(2);
            assertThat(session.createMutationQuery("delete from Account where owner = :owner")
                            .setParameter("owner", "nobody")
                            .executeUpdate())
                    .isZero();
            assertThat(session.createNativeMutationQuery("UPDATE Account SET balance = 0 WHERE id = 1")
                            .executeUpdate())
                    .isEqualTo(1);
        });
        assertThat(account(2).balance).isEqualTo(21);
    }

    @Test
    void values_of_many_types_come_back_as_they_went() {
        Kinds kinds = new Kinds();
        kinds.id = new UUID(1, 2);
        kinds.price = new BigDecimal("12.25");
        kinds.at = Instant.ofEpochMilli(1_700_000_000_123L);
        kinds.day = LocalDate.of(2026, 11, 23);
        kinds.flag = true;
        kinds.real = 0.5;
        kinds.span = Duration.ofSeconds(5);
        kinds.bytes = new byte[] {1, 0, 2};
        kinds.text = "ä☃".repeat(5000);
        kinds.colour = Colour.BLUE;
        sessions.inTransaction(session -> session.persist(kinds));
        Kinds read = sessions.fromSession(session -> session.find(Kinds.class, kinds.id));
        assertThat(read).usingRecursiveComparison().isEqualTo(kinds);
    }

    // ---- cursors -----------------------------------------------------------------------------------------------

    @Test
    void a_scroll_and_a_stream_read_row_by_row_beside_a_writer() {
        sessions.inTransaction(session -> {
            Account ada = new Account("ada", 10);
            session.persist(ada);
            IntStream.range(0, 1000).forEach(i -> session.persist(new Posting(i, i, ada)));
        });
        sessions.inSession(session -> {
            try (ScrollableResults<Posting> rows = session.createSelectionQuery(
                            "from Posting order by id", Posting.class)
                    .setFetchSize(100)
                    .setReadOnly(true)
                    .scroll(ScrollMode.FORWARD_ONLY)) {
                int read = 0;
                while (read < 500 && rows.next()) {
                    assertThat(rows.get().id).isEqualTo(read++);
                }
                assertThat(read).isEqualTo(500);
                persist("bob", 20);
            }
            try (Stream<Long> ids = session.createSelectionQuery("select id from Posting order by id", Long.class)
                    .setFetchSize(100)
                    .getResultStream()) {
                assertThat(ids.limit(500).reduce(0L, Math::max)).isEqualTo(499);
            }
        });
        assertThat(account(2).owner).isEqualTo("bob");
    }

    // ---- errors ------------------------------------------------------------------------------------------------

    @Test
    void a_refused_row_is_told_with_its_constraint() {
        persist("ada", 10);
        assertThatThrownBy(() -> persist("ada", 1))
                .isInstanceOf(JDBCException.class)
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19))
                .satisfies(e -> assertThat(sqlCause(e).getMessage()).contains("Account.owner"));
        assertThatThrownBy(() ->
                        sessions.inTransaction(session -> session.createMutationQuery("update Account set balance = -1")
                                .executeUpdate()))
                .isInstanceOf(JDBCException.class);
        assertThat(account(1).balance).isEqualTo(10);
    }

    @Test
    void a_refused_row_is_a_constraint_violation() {
        persist("ada", 10);
        assertThatThrownBy(() -> persist("ada", 1)).isInstanceOf(ConstraintViolationException.class);
        assertThatThrownBy(() -> persist("bob", -1)).isInstanceOf(ConstraintViolationException.class);
    }

    @Test
    void a_stale_row_is_told() {
        long id = persist("ada", 10);
        assertThatThrownBy(() -> sessions.inTransaction(session -> {
                    Account stale = session.find(Account.class, id);
                    session.detach(stale);
                    session.createMutationQuery("update versioned Account set balance = 11")
                            .executeUpdate();
                    stale.balance = 12;
                    session.merge(stale);
                }))
                .isInstanceOf(OptimisticLockException.class);
        assertThat(account(id).balance).isEqualTo(10);
    }

    // ---- transactions ------------------------------------------------------------------------------------------

    @Test
    void a_failed_transaction_is_rolled_back() {
        assertThatThrownBy(() -> sessions.inTransaction(session -> {
                    session.persist(new Account("ada", 10));
                    session.flush();
                    fail();
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(sessions.<List<Account>>fromSession(
                        session -> session.createSelectionQuery("from Account", Account.class)
                                .getResultList()))
                .isEmpty();
    }

    @Test
    void one_session_has_several_transactions() {
        try (Session session = sessions.openSession()) {
            Transaction transaction = session.beginTransaction();
            session.persist(new Account("ada", 10));
            transaction.commit();
            transaction = session.beginTransaction();
            session.persist(new Account("bob", 20));
            session.flush();
            transaction.rollback();
            session.clear();
            assertThat(session.createSelectionQuery("from Account", Account.class)
                            .getResultList())
                    .hasSize(1);
        }
    }

    @Test
    void a_read_only_session_reads_and_refuses_writes() {
        long id = persist("ada", 10);
        try (Session session = sessions.withOptions().readOnly(true).openSession()) {
            Transaction transaction = session.beginTransaction();
            assertThat(session.find(Account.class, id).balance).isEqualTo(10);
            assertThatThrownBy(() -> session.doWork(connection -> {
                        try (Statement update = connection.createStatement()) {
                            update.executeUpdate("UPDATE Account SET balance = 0");
                        }
                    }))
                    .isInstanceOf(HibernateException.class)
                    .satisfies(OnSqliteFile::sqlCause);
            transaction.rollback();
        }
        assertThat(persist("bob", 20)).isEqualTo(2);
        assertThat(account(id).balance).isEqualTo(10);
    }

    @Test
    void a_write_in_a_read_only_session_says_so_by_its_sql_state() {
        try (Session session = sessions.withOptions().readOnly(true).openSession()) {
            Transaction transaction = session.beginTransaction();
            assertThatThrownBy(() -> session.doWork(connection -> {
                        try (Statement update = connection.createStatement()) {
                            update.executeUpdate("UPDATE Account SET balance = 0");
                        }
                    }))
                    .satisfies(e -> assertThat(sqlCause(e).getSQLState()).isEqualTo(READ_ONLY));
            transaction.rollback();
        }
    }

    @Test
    void plain_jdbc_in_a_session_may_set_its_connection_read_only() {
        long id = persist("ada", 10);
        sessions.inTransaction(session -> {
            session.doWork(connection -> connection.setReadOnly(true));
            assertThat(session.find(Account.class, id).balance).isEqualTo(10);
            session.doWork(connection -> assertThat(connection.isReadOnly()).isTrue());
        });
        assertThat(persist("bob", 20)).isEqualTo(2);
    }

    @Test
    void a_lock_is_taken_as_the_dialect_can() {
        long id = persist("ada", 10);
        sessions.inTransaction(session -> {
            Account account = session.find(Account.class, id, LockModeType.PESSIMISTIC_WRITE);
            account.balance++;
            session.flush();
            session.refresh(account);
            session.lock(account, LockModeType.OPTIMISTIC_FORCE_INCREMENT);
        });
        assertThat(account(id).balance).isEqualTo(11);
    }

    @Test
    void a_connection_that_is_given_is_used() throws Exception {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try (StatelessSession session = sessions.openStatelessSession(connection)) {
                session.insert(new Account("ada", 10));
            }
            connection.rollback();
            try (Session session = sessions.withOptions().connection(connection).openSession()) {
                session.beginTransaction();
                session.persist(new Account("bob", 20));
                session.getTransaction().commit();
            }
        }
        assertThat(number("SELECT count(*) FROM Account")).isEqualTo(1);
    }

    @Test
    void read_then_write_transactions_of_eight_threads_lose_nothing() throws Exception {
        long id = persist("ada", 10);
        inThreads(() -> sessions.inTransaction(session -> session.find(Account.class, id).balance++));
        assertThat(account(id).balance).isEqualTo(10 + THREADS * ROUNDS);
        assertThat(account(id).version).isEqualTo(THREADS * ROUNDS);
    }
}
