package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flyway: one connection for a whole migration, autocommit off and on, scripts, Java migrations, clean. */
class FlywayTest extends OnSqliteFile {

    private Path scripts;

    @BeforeEach
    void first_script() throws IOException {
        scripts = Files.createDirectory(folder.resolve("scripts"));
        script("V1__account.sql", """
                CREATE TABLE account (
                  id INTEGER PRIMARY KEY AUTOINCREMENT,
                  owner TEXT NOT NULL UNIQUE,
                  balance INTEGER NOT NULL CHECK (balance >= 0));
                CREATE TABLE audit (account_id INTEGER NOT NULL REFERENCES account (id), balance INTEGER NOT NULL);
                CREATE INDEX audit_by_account ON audit (account_id);
                CREATE VIEW rich AS SELECT owner FROM account WHERE balance > 1000;
                CREATE TRIGGER account_audit AFTER UPDATE OF balance ON account
                BEGIN
                  INSERT INTO audit VALUES (new.id, old.balance);
                  INSERT INTO audit VALUES (new.id, new.balance);
                END;
                INSERT INTO account (owner, balance) VALUES ('ada', 10), ('bob; not a statement''s end', 20);
                """);
    }

    private void script(String name, String sql) throws IOException {
        Files.writeString(scripts.resolve(name), sql);
    }

    private FluentConfiguration flyway() {
        return Flyway.configure().dataSource(source).locations("filesystem:" + scripts);
    }

    @Test
    void a_migration_runs_once() throws Exception {
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(1);
        assertThat(flyway().load().migrate().migrationsExecuted).isZero();
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM flyway_schema_history WHERE success"))
                .isEqualTo(1);
    }

    @Test
    void a_trigger_of_a_migration_is_one_statement_and_works() throws Exception {
        flyway().load().migrate();
        sql("UPDATE account SET balance = 11 WHERE owner = 'ada'");
        assertThat(number("SELECT count(*) FROM audit")).isEqualTo(2);
    }

    @Test
    void a_later_migration_is_added_and_told() throws Exception {
        flyway().load().migrate();
        script("V2__currency.sql", "ALTER TABLE account ADD COLUMN currency TEXT NOT NULL DEFAULT 'EUR';");
        script("R__richer.sql", "DROP VIEW IF EXISTS rich; CREATE VIEW rich AS SELECT owner FROM account;");
        assertThat(flyway().load().info().pending()).hasSize(2);
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(2);
        assertThat(flyway().load().info().pending()).isEmpty();
        assertThat(Arrays.stream(flyway().load().info().applied()).map(info -> info.getDescription()))
                .containsExactly("account", "currency", "richer");
        assertThat(number("SELECT count(*) FROM account WHERE currency = 'EUR'"))
                .isEqualTo(2);
    }

    @Test
    void a_failed_migration_is_rolled_back_with_its_tables() throws Exception {
        flyway().load().migrate();
        script("V2__broken.sql", """
                CREATE TABLE later (x);
                INSERT INTO account (owner, balance) VALUES ('cleo', 1);
                INSERT INTO account (owner, balance) VALUES ('ada', 1);
                """);
        assertThatThrownBy(() -> flyway().load().migrate())
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("UNIQUE")
                .satisfies(e -> assertThat(sqlCause(e).getErrorCode() & 0xff).isEqualTo(19));
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name = 'later'"))
                .isZero();
        script("V2__broken.sql", "CREATE TABLE later (x);");
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(1);
    }

    @Test
    void a_group_of_migrations_stands_or_falls_together() throws Exception {
        script("V2__fine.sql", "INSERT INTO account (owner, balance) VALUES ('cleo', 1);");
        script("V3__broken.sql", "INSERT INTO account (owner, balance) VALUES ('dan', -1);");
        assertThatThrownBy(() -> flyway().group(true).load().migrate()).isInstanceOf(FlywayException.class);
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name = 'account'"))
                .isZero();
    }

    @Test
    void a_migration_outside_a_transaction_may_vacuum() throws Exception {
        script("V2__vacuum.sql", "PRAGMA optimize; VACUUM;");
        script("V2__vacuum.sql.conf", "executeInTransaction=false");
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(2);
        assertThat(number("PRAGMA foreign_keys")).as("left as it was").isEqualTo(1);
    }

    @Test
    void a_java_migration_uses_plain_jdbc_in_its_transaction() throws Exception {
        assertThat(flyway().javaMigrations(new CleoMigration()).load().migrate().migrationsExecuted)
                .isEqualTo(2);
        assertThat(number("SELECT balance FROM account WHERE owner = 'cleo'")).isEqualTo(30);
        assertThat(number("SELECT count(*) FROM account")).isEqualTo(5);
    }

    @Test
    void validate_finds_a_changed_script_and_repair_accepts_it() throws Exception {
        flyway().load().migrate();
        flyway().load().validate();
        Files.writeString(scripts.resolve("V1__account.sql"), "SELECT 1;");
        assertThat(flyway().load().validateWithResult().validationSuccessful).isFalse();
        assertThatThrownBy(() -> flyway().load().validate()).hasMessageContaining("checksum");
        assertThat(flyway().load().repair().migrationsAligned).hasSize(1);
        flyway().load().validate();
        flyway().load().validate();
    }

    @Test
    void a_baseline_takes_over_a_database_that_is_there() throws Exception {
        sql("CREATE TABLE account (id INTEGER PRIMARY KEY, owner TEXT)");
        assertThatThrownBy(() -> flyway().load().migrate()).hasMessageContaining("non-empty");
        flyway().baselineVersion("1").load().baseline();
        script("V2__fine.sql", "CREATE TABLE later (x);");
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(1);
    }

    /** Where SQLite enforces foreign keys, Flyway's own clean leaves the tables, on a plain driver as well. */
    @Test
    void clean_drops_everything_and_the_next_migration_starts_anew() throws Exception {
        assertQuiescent(pool);
        pool = pool("app.db?foreign_keys=OFF");
        source = Given.by(pool);
        flyway().load().migrate();
        flyway().cleanDisabled(false).load().clean();
        assertThat(number("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))
                .isZero();
        assertThat(flyway().load().migrate().migrationsExecuted).isEqualTo(1);
    }

    /** Inserts with a generated key, in a batch, and by what it has read. */
    private static final class CleoMigration implements JavaMigration {

        @Override
        public void migrate(Context context) throws Exception {
            Connection connection = context.getConnection();
            assertThat(connection.getAutoCommit()).isFalse();
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO account (owner, balance) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, "cleo");
                insert.setInt(2, 0);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isEqualTo(3);
                }
                insert.setString(1, "dan");
                insert.addBatch();
                insert.setString(1, "eve");
                insert.addBatch();
                assertThat(insert.executeBatch()).containsExactly(1, 1);
            }
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE account SET balance = (SELECT sum(balance) FROM account) WHERE owner = 'cleo'")) {
                assertThat(update.executeUpdate()).isEqualTo(1);
            }
        }

        @Override
        public MigrationVersion getVersion() {
            return MigrationVersion.fromVersion("2");
        }

        @Override
        public String getDescription() {
            return "cleo";
        }

        @Override
        public Integer getChecksum() {
            return null;
        }

        @Override
        public boolean canExecuteInTransaction() {
            return true;
        }
    }
}
