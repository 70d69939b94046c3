package io.rockpool.sqlite.doctor;

import io.rockpool.PoolBuilder;
import io.rockpool.sqlite.SqliteErrors;
import io.rockpool.sqlite.doctor.DoctorReport.Storage;
import io.rockpool.sqlite.doctor.DoctorReport.Wal;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Examines a SQLite database file and says what to change and why. It never changes the file.
 *
 * <p>Reads the whole file once, in several read transactions: beside a writer that does not use WAL it makes that one
 * wait. Threads: any; each call has a connection of its own. Errors: {@link SQLException} of the state 08001, with value,
 * rule and fix, where there is nothing to read. Source: docs/design/0009-doctor.md.
 */
public final class Doctor {

    private Doctor() {}

    /**
     * Examines a file.
     *
     * @param file its path; no URL
     */
    public static DoctorReport examine(String file) throws SQLException {
        ExaminedFile examined = ExaminedFile.of(file);
        if (ReadOnlyDatabase.isClosedWal(examined)) {
            ExaminedFile.Stamp before = examined.stamp();
            try {
                DoctorReport report = examine(examined, true);
                if (examined.stamp().equals(before)) {
                    return report;
                }
            } catch (SQLException e) {
                if (examined.stamp().equals(before)) {
                    throw e;
                }
            }
        }
        return examine(examined, false);
    }

    /**
     * Examines a file and the settings of the pool for it.
     *
     * @param settings where they come from; the pool is not started
     */
    public static DoctorReport examine(String file, PoolBuilder settings) throws SQLException {
        DoctorReport report = examine(file);
        return report.with(SettingsExamination.examine(settings, Path.of(report.file()), report.fileSystem()));
    }

    private static DoctorReport examine(ExaminedFile file, boolean immutable) throws SQLException {
        FileUsers users = FileUsers.of(file); // before this call has it open
        List<Finding> findings = new ArrayList<>();
        try (ReadOnlyDatabase database = ReadOnlyDatabase.open(file, immutable)) {
            Storage storage;
            Wal wal;
            try {
                storage = StorageExamination.read(database);
                wal = WalExamination.read(database, file, users);
            } catch (SQLException e) {
                throw ReadOnlyDatabase.explained(file, e);
            }
            StorageExamination.examine(storage, file.fileSystem(), findings);
            WalExamination.examine(wal, users, findings);
            examineRows(database, findings);
            return report(file, users, storage, wal, findings);
        } catch (ReadOnlyDatabase.HotJournal e) {
            findings.add(WalExamination.hotJournal(file));
            return report(
                    file, users, null, new Wal(ExaminedFile.bytes(file.wal()), null, null, users.readers()), findings);
        }
    }

    private static void examineRows(ReadOnlyDatabase database, List<Finding> findings) {
        SchemaExamination schema = new SchemaExamination(database, findings);
        ContentExamination content = new ContentExamination(database, findings);
        step("the file's structure", findings, content::integrity);
        step("foreign keys", findings, () -> content.foreignKeys(schema.tables()));
        step("indexes of foreign keys", findings, () -> schema.foreignKeyIndexes(schema.tables()));
        step("statistics", findings, () -> schema.statistics(schema.tables()));
    }

    private interface Step {
        void run() throws SQLException;
    }

    /** What cannot be read is a finding too, and keeps nothing else from being examined. */
    private static void step(String subject, List<Finding> findings, Step step) {
        try {
            step.run();
        } catch (SQLException e) {
            findings.add(
                    switch (SqliteErrors.primary(SqliteErrors.codeOf(e))) {
                        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR ->
                            ContentExamination.damaged(
                                    subject + ": reading ended at damage", List.of(String.valueOf(e.getMessage())));
                        default ->
                            new Finding(
                                    Severity.WARNING,
                                    "not-examined",
                                    subject + " could not be examined: " + e.getMessage(),
                                    "if the schema calls functions or collations of the application, that is why; else"
                                            + " correct the reason and examine again");
                    });
        }
    }

    private static DoctorReport report(
            ExaminedFile file, FileUsers users, @Nullable Storage storage, Wal wal, List<Finding> findings)
            throws SQLException {
        String sqlite = ReadOnlyDatabase.libraryVersion();
        String driver = SQLiteJDBCLoader.getVersion();
        findings.addAll(VersionExamination.examine(sqlite, driver));
        return new DoctorReport(
                file.path().toString(),
                ExaminedFile.bytes(file.path()),
                file.fileSystem(),
                sqlite,
                driver,
                storage,
                wal,
                users.openBy(),
                findings);
    }
}
