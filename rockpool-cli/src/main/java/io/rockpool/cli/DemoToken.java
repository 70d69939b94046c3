package io.rockpool.cli;

import io.rockpool.admin.AdminToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The demo's admin token: from the environment, from the file beside the database, or new.
 *
 * <p>The file holds the token itself, readable by its owner alone: managers sign in with it, so the service needs the
 * text and not only its digest.
 *
 * <p>Errors: {@link CannotRun} for a token that may not be used or a file that cannot be read or written; the messages
 * never contain the token.
 *
 * @param origin decides what is stored and shown
 */
record DemoToken(String text, Origin origin, Path file) {
    static final String VARIABLE = "ROCKPOOL_ADMIN_TOKEN";

    enum Origin {
        /** Given by the user: neither stored nor shown. */
        ENVIRONMENT,
        /** Stored by an earlier start: not shown again. */
        FILE,
        /** Made now: stored and shown, once the service runs. */
        NEW
    }

    static DemoToken choose(Map<String, String> environment, Path database, boolean makeNew) throws CannotRun {
        Path file = database.resolveSibling(database.getFileName() + ".token");
        @Nullable String given = environment.get(VARIABLE);
        if (given != null) {
            return checked(new DemoToken(given, Origin.ENVIRONMENT, file));
        }
        if (makeNew || !Files.exists(file)) {
            return new DemoToken(AdminToken.generate(), Origin.NEW, file);
        }
        try {
            return checked(new DemoToken(Files.readString(file).strip(), Origin.FILE, file));
        } catch (IOException unreadable) {
            throw new CannotRun(
                    file + " should hold the admin token and cannot be read (" + unreadable
                            + "); make it readable, or delete it to have a new token made.",
                    unreadable);
        }
    }

    /** Stores a new token in place of the old one, whole or not at all. */
    void store() throws CannotRun {
        Path directory = file.toAbsolutePath().getParent();
        try {
            // Made with rights for its owner alone, so the token is never readable to others.
            Path written = Files.createTempFile(directory, ".token", ".new");
            try {
                Files.writeString(written, text + "\n");
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException unwritable) {
            throw new CannotRun(
                    "the admin token cannot be stored in " + file + " (" + unwritable
                            + "); make the directory writable, or set the token with " + VARIABLE + ".",
                    unwritable);
        }
    }

    @Override
    public String toString() {
        return "DemoToken[***, " + origin + "]";
    }

    private static DemoToken checked(DemoToken token) throws CannotRun {
        try {
            AdminToken.of(token.text);
            return token;
        } catch (IllegalArgumentException refused) {
            String where = token.origin == Origin.FILE ? token.file + " (--new-token replaces it)" : VARIABLE;
            throw new CannotRun(where + ": " + refused.getMessage(), refused);
        }
    }
}
