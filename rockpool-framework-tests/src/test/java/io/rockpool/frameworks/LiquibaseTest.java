package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.diff.DiffGeneratorFactory;
import liquibase.diff.DiffResult;
import liquibase.diff.compare.CompareControl;
import liquibase.exception.LiquibaseException;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.snapshot.DatabaseSnapshot;
import liquibase.snapshot.SnapshotControl;
import liquibase.snapshot.SnapshotGeneratorFactory;
import liquibase.structure.core.Column;
import liquibase.structure.core.ForeignKey;
import liquibase.structure.core.Index;
import liquibase.structure.core.Table;
import liquibase.structure.core.View;
import liquibase.ui.LoggerUIService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Liquibase: one connection, held long, with much metadata and a lock table. */
class LiquibaseTest extends OnSqliteFile {

    private static final String CHANGELOG = """
            databaseChangeLog:
              - changeSet:
                  id: account
                  author: test
                  changes:
                    - createTable:
                        tableName: account
                        columns:
                          - column: {name: id, type: INTEGER, autoIncrement: true, constraints: {primaryKey: true}}
                          - column: {name: owner, type: TEXT, constraints: {nullable: false, unique: true}}
                          - column: {name: balance, type: INTEGER, constraints: {nullable: false}}
                    - createTable:
                        tableName: posting
                        columns:
                          - column: {name: id, type: INTEGER, constraints: {primaryKey: true}}
                          - column:
                              name: account_id
                              type: INTEGER
                              constraints: {nullable: false, foreignKeyName: fk_posting, references: account(id)}
                          - column: {name: amount, type: INTEGER}
                    - createIndex:
                        indexName: posting_by_account
                        tableName: posting
                        columns: [{column: {name: account_id}}]
              - changeSet:
                  id: rows
                  author: test
                  changes:
                    - insert:
                        tableName: account
                        columns:
                          - column: {name: owner, value: ada}
                          - column: {name: balance, valueNumeric: 10}
                    - loadData:
                        tableName: account
                        file: accounts.csv
                        columns:
                          - column: {name: owner, type: string}
                          - column: {name: balance, type: numeric}
                  rollback:
                    - delete: {tableName: account}
              - changeSet:
                  id: view
                  author: test
                  preConditions:
                    - onFail: MARK_RAN
                    - tableExists: {tableName: account}
                    - sqlCheck: {expectedResult: 3, sql: SELECT count(*) FROM account}
                  changes:
                    - createView: {viewName: rich, selectQuery: SELECT owner FROM account WHERE balance > 15}
            """;

    /** A unit of work with Liquibase on a connection of the pool. */
    private interface Step {
        void run(Liquibase liquibase) throws Exception;
    }

    @BeforeEach
    void changelog() throws IOException {
        Files.writeString(folder.resolve("changelog.yaml"), CHANGELOG);
        Files.writeString(folder.resolve("accounts.csv"), "owner,balance\nbob,20\ncleo,30\n");
    }

    /** The way Liquibase's own Spring integration does it: a connection for the run, closed with the database. */
    private void with(DataSource from, String changelog, Step step) throws Exception {
        Scope.child(Map.of(Scope.Attr.ui.name(), new LoggerUIService()), () -> {
            Connection connection = from.getConnection();
            Database database =
                    DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
            try (Liquibase liquibase = new Liquibase(changelog, new DirectoryResourceAccessor(folder), database)) {
                step.run(liquibase);
            }
        });
    }

    private void with(Step step) throws Exception {
        with(source, "changelog.yaml", step);
    }

    @Test
    void a_changelog_runs_once() throws Exception {
        with(liquibase -> assertThat(liquibase.listUnrunChangeSets(new Contexts(), new LabelExpression()))
                .hasSize(3));
        with(liquibase -> liquibase.update(""));
        with(liquibase -> liquibase.update(""));
        with(liquibase -> assertThat(liquibase.listUnrunChangeSets(new Contexts(), new LabelExpression()))
                .isEmpty());
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(3);
        assertThat(number("SELECT max(id) FROM account")).as("generated").isEqualTo(3);
        assertThat(number("SELECT count(*) FROM DATABASECHANGELOG")).isEqualTo(3);
        assertThat(number("SELECT count(*) FROM DATABASECHANGELOGLOCK WHERE LOCKED"))
                .isZero();
    }

    @Test
    void the_change_log_tells_what_it_would_do_and_does_nothing() throws Exception {
        StringWriter status = new StringWriter();
        with(liquibase -> {
            liquibase.validate();
            liquibase.reportStatus(true, new Contexts(), new LabelExpression(), status);
        });
        assertThat(status.toString()).contains("changelog.yaml::account::test", "changelog.yaml::view::test");
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name = 'account'"))
                .isZero();
    }

    @Test
    void a_failed_change_set_is_rolled_back_and_the_lock_is_free() throws Exception {
        with(liquibase -> liquibase.update(""));
        Files.writeString(folder.resolve("broken.sql"), """
                --liquibase formatted sql
                --changeset test:broken
                INSERT INTO account (owner, balance) VALUES ('dan', 1);
                INSERT INTO account (owner, balance) VALUES ('ada', 1);
                """);
        assertThatThrownBy(() -> with(source, "broken.sql", liquibase -> liquibase.update("")))
                .isInstanceOf(LiquibaseException.class)
                .hasMessageContaining("UNIQUE")
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(3);
        assertThat(number("SELECT count(*) FROM DATABASECHANGELOGLOCK WHERE LOCKED"))
                .isZero();
        with(liquibase -> liquibase.update(""));
    }

    @Test
    void a_rollback_takes_change_sets_back_to_a_tag() throws Exception {
        with(liquibase -> {
            liquibase.update(1, "");
            liquibase.tag("empty");
            liquibase.update("");
            assertThat(liquibase.tagExists("empty")).isTrue();
        });
        with(liquibase -> liquibase.rollback("empty", ""));
        assertThat(number("SELECT count(*) FROM account")).isZero();
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name = 'rich'"))
                .isZero();
        with(liquibase -> liquibase.update(""));
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(3);
    }

    @Test
    void a_snapshot_sees_tables_columns_keys_indexes_and_views() throws Exception {
        with(liquibase -> liquibase.update(""));
        for (int time = 0; time < 2; time++) {
            with(liquibase -> {
                DatabaseSnapshot snapshot = snapshot(liquibase.getDatabase());
                assertThat(snapshot.get(Table.class).stream().map(Table::getName))
                        .contains("account", "posting");
                assertThat(snapshot.get(Column.class).stream()
                                .filter(c -> c.getRelation() instanceof Table table
                                        && table.getName().equals("posting"))
                                .map(Column::getName)
                                .collect(Collectors.toSet()))
                        .containsExactlyInAnyOrder("id", "account_id", "amount");
                assertThat(snapshot.get(View.class)).hasSize(1);
                assertThat(snapshot.get(Index.class).stream().map(Index::getName))
                        .contains("posting_by_account");
                assertThat(snapshot.get(ForeignKey.class)).hasSize(1);
            });
        }
    }

    @Test
    void a_diff_finds_what_another_database_lacks() throws Exception {
        DatabaseConnectionPool other = pool("other.db");
        try {
            with(liquibase -> liquibase.update(""));
            with(Given.by(other), "changelog.yaml", liquibase -> liquibase.update(2, ""));
            with(here -> with(Given.by(other), "changelog.yaml", there -> {
                DiffResult diff = diff(here, there);
                assertThat(diff.getMissingObjects(View.class)).hasSize(1);
                assertThat(diff.getMissingObjects(Table.class)).isEmpty();
                assertThat(diff.getUnexpectedObjects()).isEmpty();
                there.update("");
                assertThat(diff(here, there).getMissingObjects()).isEmpty();
            }));
        } finally {
            assertQuiescent(other);
        }
    }

    private static DiffResult diff(Liquibase here, Liquibase there) throws LiquibaseException {
        return DiffGeneratorFactory.getInstance()
                .compare(here.getDatabase(), there.getDatabase(), CompareControl.STANDARD);
    }

    private static DatabaseSnapshot snapshot(Database database) throws LiquibaseException {
        return SnapshotGeneratorFactory.getInstance()
                .createSnapshot(database.getDefaultSchema(), database, new SnapshotControl(database));
    }
}
