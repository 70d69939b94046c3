package io.rockpool.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code rockpool} and its entry point.
 *
 * <p>Errors: exit code 2 with the usage for a command line it does not understand, 1 with one sentence for what does
 * not work, 143 after SIGTERM.
 */
@Command(
        name = "rockpool",
        description = "A JDBC connection pool that understands SQLite and says why when something goes wrong.",
        mixinStandardHelpOptions = true,
        versionProvider = Rockpool.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "In the source tree, ./rockpool test runs every check of the project."})
final class Rockpool {
    private Rockpool() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    /** The whole command line; {@code environment} is where the demo looks for its token. */
    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Rockpool())
                .addSubcommand(new Demo(environment))
                .addSubcommand(new Bench())
                .addSubcommand(new DoctorCommand())
                .setParameterExceptionHandler(Rockpool::sayUsage)
                .setExecutionExceptionHandler(Rockpool::sayWhy);
    }

    private static int sayUsage(ParameterException fault, String[] arguments) {
        CommandLine command = fault.getCommandLine();
        command.getErr().println(fault.getMessage());
        UnmatchedArgumentException.printSuggestions(fault, command.getErr());
        command.usage(command.getErr());
        return CommandLine.ExitCode.USAGE;
    }

    /** One sentence for what the user can put right; a fault of ours keeps its stack trace. */
    private static int sayWhy(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof CannotRun) {
            command.getErr().println("rockpool " + command.getCommandName() + ": " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }

    /** The project's version, which the build writes into version.properties. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            try (@Nullable InputStream in = Rockpool.class.getResourceAsStream("version.properties")) {
                if (in == null) {
                    throw new FileNotFoundException("version.properties is missing beside " + Rockpool.class);
                }
                Properties properties = new Properties();
                properties.load(in);
                return new String[] {"rockpool " + properties.getProperty("version")};
            }
        }
    }
}
