package io.rockpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exit codes, text and JSON; what is found is tested beside the doctor. */
@Timeout(60)
class DoctorCommandTest {
    private static final String[] CLEAN = {"PRAGMA journal_mode=WAL", "CREATE TABLE parent(id INTEGER PRIMARY KEY)"};
    private static final String ORPHAN = "CREATE TABLE child(parent INTEGER REFERENCES parent)";

    @TempDir
    Path folder;

    private Path database(String... more) throws SQLException {
        Path file = folder.resolve("app.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : CLEAN) {
                statement.execute(sql);
            }
            for (String sql : more) {
                statement.execute(sql);
            }
        }
        return file;
    }

    /** The keys in their order, each with the one above it. */
    private static Set<String> keys(String json) throws IOException {
        Set<String> keys = new LinkedHashSet<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME) {
                    keys.add(parser.getParsingContext()
                            .pathAsPointer()
                            .toString()
                            .replaceAll("/\\d+/", "/"));
                }
            }
        }
        return keys;
    }

    @Test
    void a_clean_file_ends_with_0() throws Exception {
        Path file = database();
        Invocation clean = Invocation.of("doctor", file.toString());
        assertThat(clean.exitCode()).isZero();
        assertThat(clean.out()).contains(file.toString(), "journal mode  wal", "clean: nothing found");
        assertThat(clean.err()).isEmpty();

        Invocation json = Invocation.of("doctor", "--json", file.toString());
        assertThat(json.exitCode()).isZero();
        assertThat(json.out()).contains("\"findings\" : [ ]", "\"clean\" : true");
    }

    @Test
    void findings_end_with_1_and_each_has_its_fix() throws Exception {
        Path file = database(ORPHAN, "INSERT INTO child VALUES (4711)");
        Invocation found = Invocation.of("doctor", file.toString());
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(found.out())
                .containsSubsequence(
                        "ERROR foreign-key-violation: 1 row refers",
                        "    child(parent) -> parent: 1 row, rowid 1",
                        "  fix: add the missing parents",
                        "WARNING foreign-key-index: ",
                        "    child(parent) -> parent: CREATE INDEX",
                        "  fix: create the indexes.",
                        "2 findings")
                .doesNotContain("4711");
    }

    @Test
    void the_keys_of_the_json_are_stable() throws Exception {
        Path file = database(ORPHAN);
        Invocation found = Invocation.of("doctor", "--json", file.toString());
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(keys(found.out()))
                .containsExactly(
                        "/file",
                        "/file_bytes",
                        "/file_system",
                        "/sqlite_version",
                        "/driver_version",
                        "/journal_mode",
                        "/page_size",
                        "/pages",
                        "/free_pages",
                        "/auto_vacuum",
                        "/encoding",
                        "/user_version",
                        "/application_id",
                        "/wal",
                        "/wal/bytes",
                        "/wal/frames",
                        "/wal/checkpointed",
                        "/wal/readers",
                        "/open_by",
                        "/findings",
                        "/findings/severity",
                        "/findings/code",
                        "/findings/message",
                        "/findings/fix",
                        "/findings/examples",
                        "/clean");
        assertThat(found.out()).contains("\"severity\" : \"warning\"", "\"clean\" : false");
    }

    @Test
    void what_cannot_be_read_ends_with_2_and_one_line() throws Exception {
        Path junk = Files.writeString(folder.resolve("junk.db"), "no database at all, ".repeat(300));
        for (String file : new String[] {junk.toString(), folder + "/none.db", folder.toString(), ":memory:", "a?b"}) {
            Invocation refused = Invocation.of("doctor", "--json", file);
            assertThat(refused.exitCode()).as(file).isEqualTo(2);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err().lines()).singleElement().asString().startsWith("rockpool doctor: ");
        }
    }

    @Test
    void the_settings_of_a_file_are_examined_and_the_process_forgets_it() throws Exception {
        Path file = database();
        Path settings = Files.writeString(
                folder.resolve("rockpool.properties"),
                "rockpool.sqlite.foreign-keys=OFF\nrockpool.sqlite.synchronous=OFF\n");
        Invocation found = Invocation.of("doctor", file.toString(), "--config", settings.toString());
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(found.out())
                .contains(
                        "settings-foreign-keys: sqlite.foreign-keys is OFF (from " + settings,
                        "settings-synchronous: ",
                        "2 findings");
        assertThat(System.getProperty("rockpool.config")).isNull();

        Invocation refused = Invocation.of("doctor", file.toString(), "--config", folder + "/none");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("--config " + folder + "/none is no file");
    }

    @Test
    void names_in_the_file_cannot_move_the_cursor() throws Exception {
        Path file = database(ORPHAN.replace("child", "\"evil\u001b[2J\u202e\""));
        assertThat(Invocation.of("doctor", file.toString()).out())
                .contains("evil?[2J?(parent)")
                .doesNotContain("\u001b", "\u202e");
        assertThat(Invocation.of("doctor", "--json", file.toString()).out())
                .contains("evil\\u001B[2J\\u202E(parent)")
                .doesNotContain("\u001b", "\u202e");
    }
}
