package io.rockpool.cli;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.sqlite.doctor.Doctor;
import io.rockpool.sqlite.doctor.DoctorReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code rockpool doctor}: examines a SQLite file, and the pool's settings for it.
 *
 * <p>Errors: exit code 2 with one sentence on stderr and nothing on stdout where there is nothing to read, and for a
 * fault of the program too, since 1 means findings.
 */
@Command(
        name = "doctor",
        description = "Examines a SQLite database and says what to change and why. Changes nothing.",
        mixinStandardHelpOptions = true,
        versionProvider = Rockpool.Version.class,
        exitCodeOnExecutionException = DoctorCommand.CANNOT_READ,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing found", "1:findings", "2:the file cannot be read, or the command not understood"},
        footer = {
            "",
            "It reads the whole file. A database that is not in WAL mode cannot be written meanwhile. Names of tables and"
                    + " columns and rowids are shown, and no values."
        })
final class DoctorCommand implements Callable<Integer> {
    static final int CANNOT_READ = 2;

    private static final String CONFIG = "rockpool.config";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The database file.")
    private String file = "";

    @Option(names = "--json", description = "Prints one JSON object in place of text.")
    private boolean json;

    @Option(
            names = "--config",
            paramLabel = "PROPERTIES",
            description = "Also examines the settings of the pool as it would resolve them with this file:"
                    + " system properties and the environment hold before it.")
    private @Nullable Path config;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = spec;
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it is run");
        }
        PrintWriter out = command.commandLine().getOut();
        try {
            DoctorReport report = config == null ? Doctor.examine(file) : examine(config);
            out.print(json ? DoctorJson.of(report) : DoctorText.of(report));
            out.flush();
            return report.clean() ? ExitCode.OK : 1;
        } catch (CannotRun | SQLException failure) {
            command.commandLine()
                    .getErr()
                    .println("rockpool doctor: " + DoctorText.inOneLine(String.valueOf(failure.getMessage())) + ".");
            return CANNOT_READ;
        }
    }

    /** The pool takes the file's name from a system property. */
    private DoctorReport examine(Path properties) throws CannotRun, SQLException {
        if (!Files.isRegularFile(properties) || !Files.isReadable(properties)) {
            throw new CannotRun("--config " + properties + " is no file that this user can read; name the"
                    + " rockpool.properties of the application");
        }
        String before = System.setProperty(CONFIG, properties.toString());
        try {
            return Doctor.examine(file, DatabaseConnectionPool.builder());
        } finally {
            if (before == null) {
                System.clearProperty(CONFIG);
            } else {
                System.setProperty(CONFIG, before);
            }
        }
    }
}
