package io.rockpool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The database's metadata, asked of whatever lane the session is on: in a transaction its own changes show. Threads: the
 * session's.
 */
final class SessionMetaData extends ForwardingMetaData {

    private static final Route READ = new Route.Builder("(metadata)", Route.Kind.READ).build();

    private final Session session;

    SessionMetaData(Session session) {
        this.session = session;
    }

    @Override
    <V> V answer(Question<V> question) throws SQLException {
        return session.call(() -> {
            LaneConnection lane = session.held().take(READ);
            try {
                return question.ask(lane.metaData());
            } finally {
                session.held().letGo(lane);
            }
        });
    }

    @Override
    ResultSet rows(Question<ResultSet> question) throws SQLException {
        return session.call(() -> {
            LaneConnection lane = session.held().take(READ);
            boolean kept = false;
            try {
                ResultSet rows = question.ask(lane.metaData());
                kept = true;
                lane.takenOver(rows);
                return new SessionResultSet(session, null, lane, null, rows, false);
            } finally {
                if (!kept) {
                    session.held().letGo(lane);
                }
            }
        });
    }

    @Override
    public int getDriverMajorVersion() {
        return version(0);
    }

    @Override
    public int getDriverMinorVersion() {
        return version(1);
    }

    private static int version(int part) {
        return Integer.parseInt(SQLiteJDBCLoader.getVersion().split("\\.", -1)[part]);
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        throw new SQLException("the driver's metadata is not handed out; unwrap the connection instead", "0A000");
    }
}
