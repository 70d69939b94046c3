package io.rockpool.examples.incentive;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the service answers: HTML for who asks for it (browsers), JSON for everyone else; the same security headers on
 * everything; one sentence for everything that did not work. Details of faults go to the log, not to the caller.
 */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private Answers() {}

    static void addTo(RoutesConfig routes) {
        routes.before(ctx -> ctx.header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "same-origin")
                .header("Cache-Control", "no-store"));
        routes.exception(Refusal.class, (refusal, ctx) -> problem(ctx, refusal.status(), refusal.sentence()));
        routes.exception(HttpResponseException.class, (refused, ctx) -> refusedByJavalin(ctx, refused));
        routes.exception(SQLTransientException.class, (failure, ctx) -> {
            LOG.warn("{} {}: the database was too busy", ctx.method(), ctx.path(), failure);
            problem(ctx, 503, "The database is too busy; nothing was changed. Try again in a moment.");
        });
        routes.exception(SQLException.class, (failure, ctx) -> unexpected(ctx, failure));
        routes.exception(Exception.class, (failure, ctx) -> unexpected(ctx, failure));
    }

    static boolean wantsHtml(Context ctx) {
        @Nullable String accept = ctx.header("Accept");
        return accept != null && accept.contains("text/html");
    }

    static void html(Context ctx, String page) {
        ctx.contentType("text/html; charset=utf-8").result(page);
    }

    static void json(Context ctx, Map<String, ?> object) {
        json(ctx, Json.write(object));
    }

    static void json(Context ctx, String text) {
        ctx.contentType("application/json; charset=utf-8").result(text);
    }

    private static void problem(Context ctx, int status, String message) {
        ctx.status(status);
        if (wantsHtml(ctx)) {
            html(ctx, Pages.problem(status, message));
        } else {
            json(ctx, Json.object("error", message));
        }
    }

    /** No such page, wrong method, body too large. */
    private static void refusedByJavalin(Context ctx, HttpResponseException refused) {
        int status = refused.getStatus();
        String path = ctx.method() + " " + ctx.path();
        problem(
                ctx,
                status,
                switch (status) {
                    case 404 -> "There is no " + path + "; start at /.";
                    case 405 -> "There is " + ctx.path() + ", but not for " + ctx.method() + "; use the other method.";
                    case 413 ->
                        "The body is too large; at most " + IncentiveService.MAX_BODY_BYTES + " bytes are read.";
                    default -> path + ": " + refused.getMessage();
                });
    }

    private static void unexpected(Context ctx, Exception failure) {
        LOG.error("{} {} failed", ctx.method(), ctx.path(), failure);
        problem(ctx, 500, "Something went wrong here; nothing was changed. The service's log says what.");
    }
}
