package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.SqliteErrors;
import io.rockpool.sqlite.doctor.DoctorReport.User;
import io.rockpool.sqlite.doctor.DoctorReport.Wal;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteErrorCode;

/**
 * The write-ahead log: how much of it is in the database file as well, and who keeps the rest out.
 *
 * <p>{@code wal_checkpoint(NOOP)}, of SQLite 3.51 and newer, tells both numbers, takes no lock and moves nothing.
 */
final class WalExamination {

    /** Frames after which SQLite checkpoints by itself, unless told otherwise. */
    static final long ROUTINE = 1000;

    /** Bytes beyond which a log that is done with had better be truncated. */
    static final long LARGE = 64L << 20;

    private WalExamination() {}

    static Wal read(ReadOnlyDatabase database, ExaminedFile file, FileUsers users) throws SQLException {
        if (database.isImmutable()) {
            return new Wal(0, 0L, 0L, List.of());
        }
        long bytes = ExaminedFile.bytes(file.wal());
        long[] told = {-1, -1};
        try {
            database.each("PRAGMA wal_checkpoint(NOOP)", row -> {
                told[0] = row.getLong(2);
                told[1] = row.getLong(3);
            });
        } catch (SQLException e) {
            if (SqliteErrors.primary(SqliteErrors.codeOf(e)) != SQLiteErrorCode.SQLITE_READONLY) {
                throw e;
            }
            // This user may read the log of a live database and not write it: SQLite does not tell then.
        }
        return told[0] < 0
                ? new Wal(bytes, null, null, users.readers())
                : new Wal(bytes, told[0], told[1], users.readers());
    }

    static void examine(Wal wal, FileUsers users, List<Finding> findings) {
        Long frames = wal.frames();
        Long checkpointed = wal.checkpointed();
        if (frames == null || checkpointed == null) {
            return; // no WAL, or not for this user
        }
        long waiting = frames - checkpointed;
        String amount = waiting + " of " + frames + " frames of the -wal are not in the database file";
        if (waiting > 0 && users.known() && users.openBy().isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "wal-left-behind",
                    amount + ", and nobody on this machine has it open: its last user was killed or lost power",
                    "start the application, or open the file once with SQLite's shell: closing moves the frames over."
                            + " Until then never delete, move or copy one file without the other"));
        } else if (waiting > ROUTINE && !wal.readers().isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "wal-pinned",
                    amount + ", more than the " + ROUTINE
                            + " after which SQLite moves them, while a process is inside a"
                            + " read transaction; the -wal has " + wal.bytes() + " bytes and grows until that ends",
                    "end the long read there: close its result sets, commit what only reads, or end the process",
                    wal.readers().stream().map(User::toString).toList()));
        } else if (waiting > ROUTINE) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "wal-not-checkpointed",
                    amount + ", more than the " + ROUTINE + " after which SQLite moves them"
                            + (users.known() ? ", and nobody reads now" : ""),
                    "see that some connection has wal_autocheckpoint above 0 and that no reader stays for long; PRAGMA"
                            + " wal_checkpoint(TRUNCATE) in a quiet moment moves them now"));
        } else if (wal.bytes() > LARGE) {
            findings.add(
                    new Finding(
                            Severity.ADVICE,
                            "wal-large",
                            "the -wal has " + wal.bytes() + " bytes, though only " + waiting
                                    + " of its frames wait to be moved",
                            "PRAGMA wal_checkpoint(TRUNCATE) in a quiet moment, and PRAGMA journal_size_limit in every writer"));
        }
    }

    /** A rollback journal that must be played back, which only a writer can. */
    static Finding hotJournal(ExaminedFile file) {
        return new Finding(
                Severity.ERROR,
                "hot-journal",
                "the last writer died in the middle of a transaction and left " + file.journal() + "; the database is"
                        + " incomplete without it. Nothing else was examined",
                "start the application, or open the file once with SQLite's shell: SQLite then undoes that transaction."
                        + " Never delete, move or copy one file without the other");
    }
}
