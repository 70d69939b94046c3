package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.constraint;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** jOOQ: a connection for each query, returning clauses, lazy cursors, nested transactions, its own metadata. */
class JooqTest extends OnSqliteFile {

    private static final Table<Record> ACCOUNT = table(name("account"));
    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER.identity(true));
    private static final Field<String> OWNER = field(name("owner"), SQLDataType.VARCHAR.nullable(false));
    private static final Field<Long> BALANCE = field(name("balance"), SQLDataType.BIGINT.nullable(false));
    private static final Table<Record> POSTING = table(name("posting"));
    private static final Field<Integer> ACCOUNT_ID = field(name("account_id"), SQLDataType.INTEGER);

    private DSLContext jooq;

    /** A row. */
    record Account(int id, String owner, long balance) {}

    @BeforeEach
    void schema() {
        jooq = DSL.using(source, SQLDialect.SQLITE);
        jooq.createTable(ACCOUNT)
                .column(ID)
                .column(OWNER)
                .column(BALANCE)
                .constraints(
                        constraint(name("account_pk")).primaryKey(ID),
                        constraint(name("account_owner")).unique(OWNER),
                        constraint(name("account_balance")).check(BALANCE.ge(0L)))
                .execute();
        jooq.createTableIfNotExists(POSTING)
                .column(ACCOUNT_ID)
                .constraint(constraint(name("posting_account"))
                        .foreignKey(ACCOUNT_ID)
                        .references(ACCOUNT, ID))
                .execute();
        jooq.createIndex("posting_by_account").on(POSTING, ACCOUNT_ID).execute();
        jooq.insertInto(ACCOUNT, OWNER, BALANCE)
                .values("ada", 10L)
                .values("bob", 20L)
                .execute();
    }

    private List<Account> accounts() {
        return jooq.select(ID, OWNER, BALANCE).from(ACCOUNT).orderBy(ID).fetchInto(Account.class);
    }

    private static int deposit(DSLContext jooq, int id, long amount) {
        return jooq.update(ACCOUNT)
                .set(BALANCE, BALANCE.plus(amount))
                .where(ID.eq(id))
                .execute();
    }

    @Test
    void rows_are_mapped() {
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        assertThat(jooq.select(sum(BALANCE)).from(ACCOUNT).fetchSingle().value1())
                .isEqualByComparingTo(new BigDecimal(30));
        assertThat(jooq.fetch("SELECT * FROM account WHERE id = ?", 1).getValues("owner", String.class))
                .containsExactly("ada");
        assertThat(jooq.fetchCount(ACCOUNT, BALANCE.gt(15L))).isEqualTo(1);
        assertThat(jooq.fetchExists(ACCOUNT, OWNER.eq("nobody"))).isFalse();
    }

    @Test
    void statements_with_their_values_inlined_work_too() {
        DSLContext inlined =
                DSL.using(source, SQLDialect.SQLITE, new Settings().withStatementType(StatementType.STATIC_STATEMENT));
        assertThat(deposit(inlined, 1, 1)).isEqualTo(1);
        assertThat(inlined.fetchCount(ACCOUNT, BALANCE.eq(11L))).isEqualTo(1);
    }

    @Test
    void an_inserted_row_is_returned_with_its_key() {
        Record row = jooq.insertInto(ACCOUNT)
                .set(OWNER, "cleo")
                .set(BALANCE, 1L)
                .returning(ID, OWNER)
                .fetchSingle();
        assertThat(row.get(ID)).isEqualTo(3);
        assertThat(jooq.fetch("INSERT INTO account (owner, balance) VALUES ('dan', 2), ('eve', 3) RETURNING id")
                        .getValues(ID))
                .containsExactly(4, 5);
        assertThat(jooq.update(ACCOUNT)
                        .set(BALANCE, 0L)
                        .where(ID.le(2))
                        .returningResult(OWNER)
                        .fetch(OWNER))
                .containsExactlyInAnyOrder("ada", "bob");
        assertThat(jooq.deleteFrom(ACCOUNT).where(ID.gt(2)).returning(ID).fetch())
                .hasSize(3);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 0), new Account(2, "bob", 0));
    }

    @Test
    void an_upsert_updates_the_row_that_is_there() {
        jooq.insertInto(ACCOUNT, OWNER, BALANCE)
                .values("ada", 99L)
                .onConflict(OWNER)
                .doUpdate()
                .set(BALANCE, 99L)
                .execute();
        assertThat(accounts().get(0).balance()).isEqualTo(99);
    }

    @Test
    void batches_insert_every_row() throws Exception {
        int[] bound = jooq.batch(jooq.insertInto(ACCOUNT, OWNER, BALANCE).values((String) null, null))
                .bind("cleo", 1L)
                .bind("dan", 2L)
                .execute();
        assertThat(bound).containsExactly(1, 1);
        int[] plain = jooq.batch(
                        jooq.insertInto(POSTING, ACCOUNT_ID).values(1),
                        jooq.insertInto(POSTING, ACCOUNT_ID).values(2),
                        jooq.deleteFrom(POSTING))
                .execute();
        assertThat(plain).containsExactly(1, 1, 2);
        jooq.transaction(c -> c.dsl()
                .loadInto(ACCOUNT)
                .bulkAfter(5)
                .batchAfter(2)
                .commitNone()
                .loadArrays(IntStream.range(0, 50)
                        .mapToObj(i -> new Object[] {"owner " + i, (long) i})
                        .toArray(Object[][]::new))
                .fields(OWNER, BALANCE)
                .execute());
        assertThat(jooq.fetchCount(ACCOUNT)).isEqualTo(54);
        jooq.batched(c -> IntStream.range(100, 150)
                .forEach(i -> c.dsl()
                        .insertInto(ACCOUNT, OWNER, BALANCE)
                        .values("owner " + i, (long) i)
                        .execute()));
        assertThat(jooq.fetchCount(ACCOUNT)).isEqualTo(104);
    }

    @Test
    void an_update_tells_its_rows() {
        assertThat(jooq.update(ACCOUNT).set(BALANCE, BALANCE.plus(1)).execute()).isEqualTo(2);
        assertThat(deposit(jooq, 99, 1)).isZero();
    }

    @Test
    void a_lazy_cursor_reads_row_by_row_beside_a_writer() {
        jooq.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                + " INSERT INTO account (owner, balance) SELECT 'owner ' || i, i FROM n");
        try (Cursor<? extends Record> rows = jooq.select(ID)
                .from(ACCOUNT)
                .orderBy(ID)
                .fetchSize(100)
                .queryTimeout(30)
                .fetchLazy()) {
            assertThat(rows.fetchNext(500)).hasSize(500);
            assertThat(deposit(jooq, 1, 1)).isEqualTo(1);
            assertThat(rows.fetchNext().get(ID)).isEqualTo(501);
        }
        try (Stream<Integer> ids =
                jooq.select(ID).from(ACCOUNT).orderBy(ID).fetchStream().map(r -> r.value1())) {
            assertThat(ids.limit(500).reduce(0, Math::max)).isEqualTo(500);
        }
        assertThat(accounts()).hasSize(1002);
    }

    @Test
    void a_query_may_run_on_another_thread() {
        assertThat(jooq.select(ID)
                        .from(ACCOUNT)
                        .fetchAsync()
                        .toCompletableFuture()
                        .join())
                .hasSize(2);
    }

    @Test
    void metadata_tells_tables_keys_and_indexes() {
        for (int time = 0; time < 2; time++) {
            Table<?> account = jooq.meta().getTables("account").get(0);
            assertThat(account.fieldsRow().fields())
                    .extracting(Field::getName)
                    .containsExactly("id", "owner", "balance");
            assertThat(account.getPrimaryKey().getFields())
                    .extracting(Field::getName)
                    .containsExactly("id");
            assertThat(account.getUniqueKeys()).hasSize(1);
            Table<?> posting = jooq.meta().getTables("posting").get(0);
            assertThat(posting.getReferences()).hasSize(1);
            assertThat(posting.getIndexes()).hasSize(1);
            assertThat(jooq.meta().ddl().queries()).hasSizeGreaterThanOrEqualTo(2);
        }
        assertThat(jooq.meta().migrateTo(jooq.meta()).queries()).isEmpty();
    }

    @Test
    void a_refused_row_is_told_with_its_constraint() {
        assertThatThrownBy(() -> jooq.insertInto(ACCOUNT, OWNER, BALANCE)
                        .values("ada", 1L)
                        .execute())
                .isInstanceOf(IntegrityConstraintViolationException.class)
                .hasMessageContaining("account.owner")
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void a_failed_transaction_is_rolled_back() {
        assertThatThrownBy(() -> jooq.transaction(c -> {
                    deposit(c.dsl(), 2, 11);
                    deposit(c.dsl(), 1, -11);
                }))
                .isInstanceOf(DataAccessException.class);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 10), new Account(2, "bob", 20));
        int changed = jooq.transactionResult(c -> deposit(c.dsl(), 2, 10) + deposit(c.dsl(), 1, -10));
        assertThat(changed).isEqualTo(2);
        assertThat(accounts()).containsExactly(new Account(1, "ada", 0), new Account(2, "bob", 30));
    }

    @Test
    void a_nested_transaction_is_a_savepoint() {
        jooq.transaction(outer -> {
            deposit(outer.dsl(), 1, 1);
            assertThatThrownBy(() -> outer.dsl().transaction(inner -> {
                        deposit(inner.dsl(), 1, 5);
                        throw new ArithmeticException("to roll back to the savepoint");
                    }))
                    .isInstanceOf(ArithmeticException.class);
            outer.dsl().transaction(inner -> deposit(inner.dsl(), 2, 2));
        });
        assertThat(accounts()).containsExactly(new Account(1, "ada", 11), new Account(2, "bob", 22));
    }

    @Test
    void a_read_only_connection_reads_and_refuses_writes() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            DSLContext reading = DSL.using(connection, SQLDialect.SQLITE);
            assertThat(reading.fetchCount(ACCOUNT)).isEqualTo(2);
            assertThatThrownBy(() -> deposit(reading, 1, 1))
                    .isInstanceOf(DataAccessException.class)
                    .satisfies(OnSqliteFile::sqlCause);
            connection.rollback();
        }
        assertThat(deposit(jooq, 1, 1)).isEqualTo(1);
    }

    @Test
    void a_write_in_a_read_only_transaction_says_so_by_its_sql_state() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            assertThatThrownBy(() -> DSL.using(connection, SQLDialect.SQLITE).transaction(c -> deposit(c.dsl(), 1, 1)))
                    .satisfies(e -> assertThat(sqlCause(e).getSQLState()).isEqualTo(READ_ONLY));
        }
    }

    @Test
    void read_then_write_transactions_of_eight_threads_lose_nothing() throws Exception {
        AtomicInteger borrowed = new AtomicInteger();
        DSLContext counting = DSL.using(
                new DefaultConfiguration().set(SQLDialect.SQLITE).set(new DataSourceConnectionProvider(source) {
                    @Override
                    public Connection acquire() {
                        borrowed.incrementAndGet();
                        return super.acquire();
                    }
                }));
        inThreads(() -> counting.transaction(c -> {
            long balance = c.dsl()
                    .select(BALANCE)
                    .from(ACCOUNT)
                    .where(ID.eq(1))
                    .fetchSingle()
                    .value1();
            c.dsl()
                    .update(ACCOUNT)
                    .set(Map.of(BALANCE, balance + 1))
                    .where(ID.eq(1))
                    .execute();
        }));
        assertThat(accounts().get(0).balance()).isEqualTo(10 + THREADS * ROUNDS);
        assertThat(borrowed).hasValue(THREADS * ROUNDS);
    }
}
