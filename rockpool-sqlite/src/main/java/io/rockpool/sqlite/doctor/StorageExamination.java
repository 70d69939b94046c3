package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.doctor.DoctorReport.Storage;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.sql.SQLException;
import java.util.List;

/** What the file keeps for everyone who opens it: its journal mode, pages and text encoding; and where it lies. */
final class StorageExamination {

    private static final long SMALL_PAGE = 1024;
    /** Below that a free page is not worth a VACUUM, in pages. */
    private static final long FEW = 10;

    private StorageExamination() {}

    static Storage read(ReadOnlyDatabase database) throws SQLException {
        return new Storage(
                database.journalMode(),
                database.number("PRAGMA page_size"),
                database.number("PRAGMA page_count"),
                database.number("PRAGMA freelist_count"),
                switch ((int) database.number("PRAGMA auto_vacuum")) {
                    case 1 -> "full";
                    case 2 -> "incremental";
                    default -> "none";
                },
                database.text("PRAGMA encoding"),
                database.number("PRAGMA user_version"),
                database.number("PRAGMA application_id"));
    }

    static void examine(Storage storage, String fileSystem, List<Finding> findings) {
        if (!storage.journalMode().equals("wal")) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "journal-mode",
                    "the journal mode is " + storage.journalMode()
                            + ", a rollback journal: readers and a writer wait for"
                            + " each other, and every commit syncs more",
                    "PRAGMA journal_mode=WAL, once; the pool does it when it opens the file"));
        }
        if (storage.pageSize() <= SMALL_PAGE) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "page-size",
                    "pages have " + storage.pageSize() + " bytes: deep trees, and several writes for one block of the"
                            + " disk",
                    "while nobody else has it open: PRAGMA journal_mode=DELETE; PRAGMA page_size=4096; VACUUM; PRAGMA"
                            + " journal_mode=WAL"));
        }
        if (storage.freePages() >= FEW && storage.freePages() * 4 > storage.pages()) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "free-pages",
                    storage.freePages() + " of " + storage.pages() + " pages are free: "
                            + storage.freePages() * storage.pageSize() + " bytes that the file could do without",
                    "VACUUM, which needs as much free disk as the file has bytes; or leave it, if it will fill again"));
        }
        if (ExaminedFile.isNetwork(fileSystem)) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "network-file-system",
                    "the file is on " + fileSystem + ": WAL needs memory that all its users share, and locks that hold;"
                            + " with users on two machines the database can be damaged",
                    "move it to a local disk; if it must stay, let one machine use it, with mmap_size 0"));
        }
    }
}
