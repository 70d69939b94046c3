package io.rockpool.examples.incentive;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinBindException;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.admin.AdminServlet;
import io.rockpool.admin.AdminToken;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;

/**
 * An employee-incentive web service on SQLite: a scoreboard, votes among colleagues, points given by a manager, and a
 * bonus pot shared by score. The pool's own admin pages are served beside it, under {@code /admin/}.
 *
 * <p>Threads: any. Errors: {@link #start} throws {@link IllegalArgumentException} for a bad argument,
 * {@link BindException} for a port in use, {@link java.sql.SQLException} for a database it cannot use; nothing stays
 * open then. Source: the web service Rockpool comes from.
 */
public final class IncentiveService implements AutoCloseable {
    static final long MAX_BODY_BYTES = 64 * 1024;

    private static final String HOST = "127.0.0.1";

    /** How long a request that has begun may go on after close; then it is interrupted and rolls back. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    /** How long an open connection without a request delays close; Jetty's own second is felt at every stop. */
    private static final Duration IDLE_AT_STOP = Duration.ofMillis(50);

    private final DatabaseConnectionPool pool;
    private final Javalin web;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();

    private IncentiveService(DatabaseConnectionPool pool, Javalin web) {
        this.pool = pool;
        this.web = web;
        this.port = web.port(); // kept, for a stopped server forgets it
    }

    /**
     * Opens the database, creating it with sample data where there is none, and serves on the loopback address.
     *
     * @param port 0 to 65535; 0 takes any free one
     * @param database the SQLite file; its directory is created
     * @param adminToken what a manager signs in with, and the bearer token of {@code /admin/}; the rule
     *     is that of {@link AdminToken#of}
     */
    public static IncentiveService start(int port, Path database, String adminToken) throws Exception {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port " + port + ": it must be from 0 to 65535; choose one such as 8080, or 0 for any free one.");
        }
        AdminToken poolToken = AdminToken.of(adminToken);
        @Nullable Path directory = database.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .url("jdbc:sqlite:" + database)
                .poolName("incentive")
                .build();
        try {
            Schema.prepare(pool);
            return new IncentiveService(pool, serve(pool, port, adminToken, poolToken));
        } catch (Throwable failure) {
            closeAfter(failure, pool);
            throw failure;
        }
    }

    /** The port it serves on; the one the system chose if 0 was asked for. */
    public int port() {
        return port;
    }

    public DatabaseConnectionPool pool() {
        return pool;
    }

    /** Stops serving, lets requests that have begun end, then closes the pool. A second close does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                web.stop();
            } finally {
                pool.close();
            }
        }
    }

    private static Javalin serve(DatabaseConnectionPool pool, int port, String adminToken, AdminToken poolToken)
            throws IOException {
        Resources resources = Resources.load();
        Javalin web = Javalin.create(
                config -> configure(config, pool, new Sessions(adminToken, System::nanoTime), poolToken, resources));
        try {
            web.start(HOST, port);
            for (Connector connector : web.jettyServer().server().getConnectors()) {
                ((AbstractConnector) connector).setShutdownIdleTimeout(IDLE_AT_STOP.toMillis());
            }
            return web;
        } catch (JavalinBindException inUse) {
            BindException failure = new BindException("port " + port + ": it must be free on " + HOST
                    + ", and another program listens there or it is reserved; stop that program or choose another port"
                    + " (0 takes any free one).");
            failure.initCause(inUse);
            closeAfter(failure, web::stop);
            throw failure;
        } catch (RuntimeException failure) {
            closeAfter(failure, web::stop);
            throw failure;
        }
    }

    private static void closeAfter(Throwable failure, AutoCloseable left) {
        try {
            left.close();
        } catch (Exception whileClosing) {
            failure.addSuppressed(whileClosing);
        }
    }

    private static void configure(
            JavalinConfig config,
            DatabaseConnectionPool pool,
            Sessions sessions,
            AdminToken poolToken,
            Resources resources) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.maxRequestSize = MAX_BODY_BYTES;
        config.http.prefer405over404 = true;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_TIMEOUT.toMillis());
            server.setHandler(new GracefulHandler()); // Javalin puts its own handler inside
        });
        config.jetty.modifyServletContextHandler(
                handler -> handler.addServlet(new ServletHolder(new AdminServlet(pool, poolToken)), "/admin/*"));

        Voting voting = new Voting(pool);
        Answers.addTo(config.routes);
        resources.addTo(config.routes);
        config.routes.get("/", ctx -> Answers.html(ctx, Pages.scoreboard(Scoreboard.read(pool))));
        config.routes.get(
                "/data", ctx -> Answers.json(ctx, Scoreboard.read(pool).toJson()));
        config.routes.get("/vote", ctx -> votePage(ctx, pool));
        config.routes.post("/vote", ctx -> vote(ctx, voting));
        new ManagerArea(pool, new Employees(pool), voting, sessions).addTo(config.routes);
    }

    private static void votePage(Context ctx, DatabaseConnectionPool pool) throws Exception {
        boolean voted = "voted".equals(ctx.queryParam("done"));
        Answers.html(ctx, Pages.vote(Scoreboard.read(pool), voted ? "Your vote is counted." : null));
    }

    private static void vote(Context ctx, Voting voting) throws Exception {
        Map<String, @Nullable Object> vote = voting.cast(Input.of(ctx));
        if (Answers.wantsHtml(ctx)) {
            ctx.redirect("/vote?done=voted", HttpStatus.SEE_OTHER);
        } else {
            ctx.status(201);
            Answers.json(ctx, vote);
        }
    }

    /** The three files the pages ask for, read once. */
    private record Resources(String style, String script, String icon) {
        static Resources load() throws IOException {
            return new Resources(read("style.css"), read("scoreboard.js"), read("icon.svg"));
        }

        void addTo(RoutesConfig routes) {
            routes.get(
                    "/style.css",
                    ctx -> ctx.contentType("text/css; charset=utf-8").result(style));
            routes.get(
                    "/scoreboard.js",
                    ctx -> ctx.contentType("text/javascript; charset=utf-8").result(script));
            routes.get("/icon.svg", ctx -> ctx.contentType("image/svg+xml").result(icon));
        }

        private static String read(String name) throws IOException {
            try (@Nullable InputStream in = IncentiveService.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new FileNotFoundException(name + " is missing from the jar of the incentive service");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }
}
