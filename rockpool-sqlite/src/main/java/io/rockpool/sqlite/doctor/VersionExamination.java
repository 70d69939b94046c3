package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.Floor;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/** The versions of SQLite and of its driver: those that the pool refuses to run on. Threads: stateless. */
final class VersionExamination {

    private VersionExamination() {}

    static List<Finding> examine(String sqlite, String driver) {
        List<Finding> findings = new ArrayList<>();
        if (Floor.isOlder(sqlite, Floor.SQLITE)) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "sqlite-too-old",
                    "SQLite is " + sqlite + "; before " + Floor.SQLITE + " two connections can corrupt a WAL database",
                    "raise the version of org.xerial:sqlite-jdbc in the build"));
        }
        if (Floor.isOlder(driver, Floor.DRIVER)) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "driver-too-old",
                    "the driver org.xerial:sqlite-jdbc is " + driver + "; before " + Floor.DRIVER
                            + " it has known vulnerabilities",
                    "raise its version in the build"));
        }
        return findings;
    }
}
