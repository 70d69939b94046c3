package io.rockpool.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One pass through what every lease needs, as the lanes open: its classes are initialised then. A class that overflows a
 * stack in its initialisation cannot be used again in this JVM.
 *
 * <p>Threads: the one that opens the lanes. Cost: about a millisecond, once a JVM; some microseconds later.
 */
final class Rehearsal {

    private Rehearsal() {}

    static void hold(Lanes lanes) throws SQLException {
        SqliteDatabase database = lanes.database;
        for (String text : new String[] {"SELECT 1", "BEGIN", "COMMIT", "PRAGMA foreign_keys", "SELECT 1; SELECT 2"}) {
            database.effect(text);
        }
        SQLException busy = new SQLiteException("rehearsed", SQLiteErrorCode.SQLITE_BUSY);
        database.retryable(busy);
        database.severity(busy);
        SqliteErrors.told(busy);
        if (lanes.now().isSingle()) {
            return; // another pool may hold the one lane just now
        }
        Session session = new Session(lanes);
        session.patience = lanes.settings.openTimeout(); // the pool opens: no borrower's timeout counts yet
        session.transaction().begin(true);
        read(session);
        session.transaction().commit();
        session.transaction().begin(true);
        session.transaction().inTransaction();
        session.transaction().rollback();
        read(session);
        session.validate();
        session.reset();
        session.transaction().end();
        session.getMetaData().getDatabaseProductName();
    }

    private static void read(Session session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1")) {
            row.next();
        }
        try (PreparedStatement statement = session.prepareStatement("SELECT ?")) {
            statement.setInt(1, 1);
            statement.executeQuery().close();
        }
    }
}
