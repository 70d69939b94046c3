package io.rockpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.cli.DemoToken.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTokenTest {
    @TempDir
    Path directory;

    @Test
    void a_new_token_is_stored_only_when_told_to_and_found_afterwards() throws Exception {
        DemoToken made = choose(Map.of(), false);
        assertThat(made.origin()).isEqualTo(Origin.NEW);
        assertThat(made.file()).doesNotExist();

        made.store();
        assertThat(choose(Map.of(), false)).isEqualTo(new DemoToken(made.text(), Origin.FILE, made.file()));
    }

    @Test
    void the_file_is_readable_by_its_owner_alone_also_where_it_replaces_one_that_was_not() throws Exception {
        DemoToken made = choose(Map.of(), false);
        Files.writeString(made.file(), "an-older-token-for-all-to-read");
        Files.setPosixFilePermissions(made.file(), PosixFilePermissions.fromString("rw-r--r--"));
        made.store();
        assertThat(Files.getPosixFilePermissions(made.file())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(made.file());
        }
    }

    @Test
    void the_environment_comes_first() throws Exception {
        choose(Map.of(), false).store();
        DemoToken given = choose(Map.of(DemoToken.VARIABLE, "given-by-the-user"), false);
        assertThat(given.origin()).isEqualTo(Origin.ENVIRONMENT);
        assertThat(given.text()).isEqualTo("given-by-the-user");
    }

    @Test
    void an_empty_variable_is_no_token() {
        assertThatThrownBy(() -> choose(Map.of(DemoToken.VARIABLE, ""), false))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining(DemoToken.VARIABLE + ": the admin token has 0 characters");
    }

    @Test
    void a_new_one_is_made_when_asked_for() throws Exception {
        DemoToken first = choose(Map.of(), false);
        first.store();
        DemoToken second = choose(Map.of(), true);
        assertThat(second.origin()).isEqualTo(Origin.NEW);
        assertThat(second.text()).isNotEqualTo(first.text());
    }

    @Test
    void a_file_that_cannot_be_read_or_written_is_told_with_the_fix() throws Exception {
        Files.createDirectory(directory.resolve("incentive.db.token"));
        Files.createFile(directory.resolve("incentive.db.token/in-the-way"));
        assertThatThrownBy(() -> choose(Map.of(), false))
                .isInstanceOf(CannotRun.class)
                .hasMessageContainingAll("incentive.db.token", "delete it");
        DemoToken made = choose(Map.of(), true);
        assertThatThrownBy(made::store)
                .isInstanceOf(CannotRun.class)
                .hasMessageContainingAll("incentive.db.token", DemoToken.VARIABLE)
                .hasMessageNotContaining(made.text());
    }

    @Test
    void its_text_form_hides_it() throws Exception {
        DemoToken made = choose(Map.of(), false);
        assertThat(made.toString()).doesNotContain(made.text());
    }

    private DemoToken choose(Map<String, String> environment, boolean makeNew) throws CannotRun {
        return DemoToken.choose(environment, directory.resolve("incentive.db"), makeNew);
    }
}
