package io.rockpool.cli;

import io.rockpool.sqlite.doctor.DoctorReport;
import io.rockpool.sqlite.doctor.DoctorReport.Storage;
import io.rockpool.sqlite.doctor.DoctorReport.User;
import io.rockpool.sqlite.doctor.DoctorReport.Wal;
import io.rockpool.sqlite.doctor.Finding;
import java.util.List;
import java.util.stream.Collectors;

/** A doctor's report for people. Names come from the file, and may hold what moves a terminal's cursor: it is taken out. */
final class DoctorText {

    private final StringBuilder text = new StringBuilder();

    private DoctorText() {}

    static String of(DoctorReport report) {
        DoctorText text = new DoctorText();
        text.facts(report);
        report.findings().forEach(text::finding);
        text.end(report);
        return text.text.toString();
    }

    private void facts(DoctorReport report) {
        fact(
                "file",
                report.file() + ", " + report.fileBytes() + " bytes"
                        + (report.fileSystem().isEmpty() ? "" : " on " + report.fileSystem()));
        fact("versions", "SQLite " + report.sqliteVersion() + ", driver " + report.driverVersion());
        Storage storage = report.storage();
        if (storage != null) {
            fact("journal mode", storage.journalMode());
            fact(
                    "pages",
                    storage.pages() + " of " + storage.pageSize() + " bytes, " + storage.freePages()
                            + " free; auto_vacuum " + storage.autoVacuum() + ", encoding " + storage.encoding());
            fact(
                    "application",
                    "user_version " + storage.userVersion() + ", application_id " + storage.applicationId());
        }
        wal(report.wal());
        if (!report.openBy().isEmpty()) {
            fact("open in", users(report.openBy()));
        }
    }

    private void wal(Wal wal) {
        if (wal.bytes() > 0 || wal.frames() != null) {
            fact(
                    "wal",
                    wal.bytes() + " bytes, "
                            + (wal.frames() == null
                                    ? "its frames cannot be told from here"
                                    : wal.frames() + " frames, " + wal.checkpointed() + " checkpointed"));
        }
        if (!wal.readers().isEmpty()) {
            fact("reading now", users(wal.readers()));
        }
    }

    private void finding(Finding finding) {
        line("");
        line(finding.severity() + " " + finding.code() + ": " + finding.message() + ".");
        finding.examples().forEach(example -> line("    " + example));
        line("  fix: " + finding.fix() + ".");
    }

    private void end(DoctorReport report) {
        line("");
        int count = report.findings().size();
        line(report.clean() ? "clean: nothing found" : count + (count == 1 ? " finding" : " findings"));
    }

    private static String users(List<User> users) {
        return users.stream().map(User::toString).collect(Collectors.joining(", "));
    }

    private void fact(String name, String value) {
        line(String.format("%-13s %s", name, value));
    }

    private void line(String line) {
        text.append(inOneLine(line)).append(System.lineSeparator());
    }

    static String inOneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
    }
}
