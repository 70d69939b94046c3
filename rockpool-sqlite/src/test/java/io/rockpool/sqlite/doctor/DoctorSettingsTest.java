package io.rockpool.sqlite.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.sqlite.Databases;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool's settings, as the pool resolves them. */
@Timeout(60)
class DoctorSettingsTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("app.db");
    }

    private List<Finding> findings(PoolBuilder builder, String fileSystem) {
        return SettingsExamination.examine(builder, file(), fileSystem);
    }

    private List<String> codes(PoolBuilder builder) {
        return findings(builder, "ext4").stream().map(Finding::code).toList();
    }

    private static PoolBuilder settings() {
        return DatabaseConnectionPool.builder();
    }

    @Test
    void the_defaults_are_clean_also_without_a_url() throws Exception {
        Databases.wal(file(), "CREATE TABLE t(x)");
        assertThat(codes(settings())).isEmpty();
        assertThat(codes(settings().url("jdbc:sqlite:" + file()))).isEmpty();
        assertThat(Doctor.examine(file().toString(), settings()).clean()).isTrue();
        assertThat(Doctor.examine(file().toString(), settings().option("sqlite.synchronous", "OFF"))
                        .clean())
                .isFalse();
    }

    @Test
    void each_questionable_option_is_told_with_its_value_its_source_and_the_fix() {
        assertThat(findings(settings().option("sqlite.synchronous", "off"), "ext4"))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.code()).isEqualTo("settings-synchronous");
                    assertThat(found.message()).contains("sqlite.synchronous is OFF (from builder)");
                    assertThat(found.fix()).contains("NORMAL");
                });
        assertThat(codes(settings().option("sqlite.foreign-keys", "OFF"))).containsExactly("settings-foreign-keys");
        assertThat(codes(settings().option("sqlite.foreign-keys", "default"))).containsExactly("settings-foreign-keys");
        assertThat(codes(settings().option("sqlite.journal-mode", "DELETE"))).containsExactly("settings-journal-mode");
        assertThat(codes(settings().option("sqlite.busy-timeout", "0"))).containsExactly("settings-busy-timeout");
    }

    @Test
    void parameters_of_the_url_hold_before_options() {
        String parameters = "?synchronous=OFF&foreign_keys=OFF&journal_mode=DELETE&busy-timeout=0";
        assertThat(codes(settings().option("sqlite.synchronous", "FULL").url("jdbc:sqlite:" + file() + parameters)))
                .containsExactly(
                        "settings-synchronous",
                        "settings-foreign-keys",
                        "settings-journal-mode",
                        "settings-busy-timeout");
        assertThat(codes(settings()
                        .option("sqlite.synchronous", "OFF")
                        .url("jdbc:sqlite:" + file() + "?synchronous=FULL")))
                .isEmpty();
    }

    @Test
    void mapped_memory_on_a_network_is_told() {
        assertThat(findings(settings(), "nfs4")).extracting(Finding::code).containsExactly("settings-mmap");
        assertThat(findings(settings().option("sqlite.mmap-size", "0"), "nfs4")).isEmpty();
    }

    @Test
    void settings_of_another_database_are_told() {
        assertThat(codes(settings().url("jdbc:sqlite:" + folder.resolve("other.db"))))
                .containsExactly("settings-url");
        assertThat(codes(settings().url("jdbc:h2:mem:x").driverClassName("org.sqlite.JDBC")))
                .containsAnyOf("settings-url", "settings-refused");
    }

    @Test
    void what_the_pool_would_refuse_is_one_error_with_every_fault() {
        assertThat(findings(settings().poolSize(0).option("sqlite.synchronus", "OFF"), "ext4"))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.severity()).isEqualTo(Finding.Severity.ERROR);
                    assertThat(found.code()).isEqualTo("settings-refused");
                    assertThat(found.examples()).hasSize(2);
                    assertThat(found.examples().get(0)).contains("pool-size is 0");
                });
    }
}
