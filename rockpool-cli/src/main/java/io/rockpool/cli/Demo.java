package io.rockpool.cli;

import io.rockpool.examples.incentive.IncentiveService;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code rockpool demo}: the incentive service on SQLite with the pool's admin endpoint, until a signal ends it.
 *
 * <p>Threads: the main thread waits; a signal closes the service on a thread of the JVM's. Errors: {@link CannotRun}
 * with nothing left open.
 */
@Command(
        name = "demo",
        description = "Starts the incentive service on SQLite and shows the pool at work. Ctrl-C stops it.",
        mixinStandardHelpOptions = true,
        versionProvider = Rockpool.Version.class,
        footer = {
            "",
            "The admin token is made and shown at the first start. ROCKPOOL_ADMIN_TOKEN sets it instead; then it is"
                    + " neither stored nor shown."
        })
final class Demo implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "TCP port on the loopback address, 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--db",
            paramLabel = "FILE",
            defaultValue = "data/incentive.db",
            description = "The SQLite file; made with sample data where there is none. Default: ${DEFAULT-VALUE}.")
    private Path database = Path.of("");

    @Option(names = "--new-token", description = "Makes a new admin token and shows it; the old one ends.")
    private boolean newToken;

    Demo(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        CommandSpec command = spec;
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it is run");
        }
        if (newToken && environment.containsKey(DemoToken.VARIABLE)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--new-token: the token comes from " + DemoToken.VARIABLE + "; unset that to have one made.");
        }
        start(command.commandLine().getOut());
        new CountDownLatch(1).await(); // until a signal ends the JVM
        return 0;
    }

    /**
     * Starts the service, then stores a new token, so that a failed start makes none; says where everything is last, so
     * that a signal sent by who has read it finds the service ready to close.
     */
    IncentiveService start(PrintWriter out) throws Exception {
        if (database.getFileName() == null || Files.isDirectory(database)) {
            throw new CannotRun("--db '" + database + "' is a directory; name a file, such as data/incentive.db.");
        }
        DemoToken token = DemoToken.choose(environment, database, newToken);
        IncentiveService service = serve(token);
        try {
            if (token.origin() == DemoToken.Origin.NEW) {
                token.store();
            }
        } catch (CannotRun failure) {
            service.close();
            throw failure;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(service, out), "rockpool-demo-stop"));
        announce(out, service.port(), token);
        return service;
    }

    /** Keeps the log back until the service runs: a failed start is told in one message, and the log tells it again. */
    private IncentiveService serve(DemoToken token) throws Exception {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            return IncentiveService.start(port, database, token.text());
        } catch (BindException | IllegalArgumentException wrong) {
            log.reset();
            throw new CannotRun(String.valueOf(wrong.getMessage()), wrong);
        } catch (FileSystemException wrong) {
            log.reset();
            throw new CannotRun(
                    "--db " + database + ": its directory cannot be made (" + wrong
                            + "); choose a file in a directory you may write.",
                    wrong);
        } catch (SQLException wrong) {
            log.reset();
            throw new CannotRun("--db " + database + " cannot be used: " + cause(wrong), wrong);
        } finally {
            System.setErr(err);
            err.print(log.toString(StandardCharsets.UTF_8));
            err.flush();
        }
    }

    /** The pool's own words are about goes at opening a connection; here the first cause is what matters. */
    private static String cause(SQLException failure) {
        SQLException cause = failure;
        while (cause.getCause() instanceof SQLException deeper) {
            cause = deeper;
        }
        return String.valueOf(cause.getMessage());
    }

    /** In one piece, so that who reads the first line can read the last. */
    private static void announce(PrintWriter out, int port, DemoToken token) {
        String address = "http://localhost:" + port + "/";
        List<String> lines = new ArrayList<>(List.of(
                "scoreboard: " + address,
                "data: " + address + "data",
                "pool statistics: " + address + "admin/connection_pool_stats"));
        switch (token.origin()) {
            case NEW -> lines.add("admin token: " + token.text());
            case FILE ->
                lines.add("The admin token is kept in " + token.file()
                        + "; start with --new-token to have a new one made and shown.");
            case ENVIRONMENT -> {} // its owner knows it
        }
        out.print(String.join(System.lineSeparator(), lines) + System.lineSeparator());
        out.flush();
    }

    private static void stop(IncentiveService service, PrintWriter out) {
        service.close();
        out.println("stopped");
        out.flush();
    }
}
