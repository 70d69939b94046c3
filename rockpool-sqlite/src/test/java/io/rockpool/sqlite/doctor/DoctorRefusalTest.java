package io.rockpool.sqlite.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rockpool.sqlite.Databases;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be examined is refused with value, rule and fix, and no file is made. */
@Timeout(60)
class DoctorRefusalTest {

    @TempDir
    Path folder;

    private static void refused(Object file, String... told) {
        Throwable thrown = catchThrowable(() -> Doctor.examine(file.toString()));
        assertThat(thrown).isInstanceOf(SQLException.class).hasMessageContainingAll(told);
        assertThat(((SQLException) thrown).getSQLState()).isEqualTo("08001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":memory:",
                ":resource:app.db",
                "file:app.db",
                "FILE:app.db",
                "jdbc:sqlite:app.db",
                "app.db?mode=rw"
            })
    void a_name_that_the_driver_reads_as_more_than_a_path(String name) {
        refused(name, "'" + name + "'", "name");
    }

    @Test
    void a_file_that_is_not_there_is_not_made() {
        Path file = folder.resolve("none.db");
        refused(file, "there is no file " + file, "correct the name");
        assertThat(file).doesNotExist();
    }

    @Test
    void a_directory() {
        refused(folder, folder + " is a directory", "name a file in it");
    }

    @Test
    void an_empty_file() throws Exception {
        Path file = Files.createFile(folder.resolve("empty.db"));
        refused(file, "0 bytes", "start its application once");
    }

    @Test
    void a_file_that_is_no_database() throws Exception {
        Path file = Files.writeString(folder.resolve("junk.db"), "no database at all, ".repeat(300));
        refused(file, file + " is no SQLite database", "name another file");
        assertThat(Databases.state(folder)).containsOnlyKeys("junk.db");
    }

    @Test
    void a_database_that_is_damaged_beyond_opening() throws Exception {
        Path file = Databases.wal(folder.resolve("app.db"), "CREATE TABLE t(x)");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(100); // the root of the schema
            raw.write(new byte[300]);
        }
        refused(file, "damaged beyond opening", "restore it from a backup");
    }

    @Test
    void a_database_that_another_keeps_locked() throws Exception {
        Path file = Databases.made(folder.resolve("app.db"), "CREATE TABLE t(x)");
        try (Connection writer = Databases.open(file)) {
            Databases.run(writer, "BEGIN EXCLUSIVE");
            refused(file, "is locked by another process", "try again");
        }
    }

    @Test
    void a_file_that_this_user_cannot_read() throws Exception {
        Path file = Databases.wal(folder.resolve("app.db"), "CREATE TABLE t(x)");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(file)).as("not root").isFalse();
        refused(file, "cannot be read by this user", "permission");
    }

    @Test
    void a_log_in_a_folder_that_this_user_cannot_write() throws Exception {
        Path file = Databases.wal(folder.resolve("app.db"), "CREATE TABLE t(x)");
        new Databases.Other(file, "INSERT INTO t VALUES (1)").close();
        Files.delete(folder.resolve("app.db-shm"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeThat(Files.isWritable(folder)).as("not root").isFalse();
            refused(file, "two more files beside it", "cannot write in " + folder);
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
