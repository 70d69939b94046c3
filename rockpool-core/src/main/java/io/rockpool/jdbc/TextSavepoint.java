package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A savepoint set by SQL text, for a database whose transactions are begun by text. Threads: the lease's. */
final class TextSavepoint implements Savepoint {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int id = NUMBER.incrementAndGet();
    private final @Nullable String name;

    private TextSavepoint(@Nullable String name) {
        this.name = name;
    }

    static TextSavepoint set(Connection connection, @Nullable String name) throws SQLException {
        TextSavepoint savepoint = new TextSavepoint(name);
        savepoint.run(connection, "SAVEPOINT ");
        return savepoint;
    }

    void rollback(Connection connection) throws SQLException {
        run(connection, "ROLLBACK TO ");
    }

    void release(Connection connection) throws SQLException {
        run(connection, "RELEASE ");
    }

    /** Under a name of our own, so that two savepoints of one name, or a quote in it, cannot meet. */
    private void run(Connection connection, String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command + "rockpool_" + id);
        }
    }

    @Override
    public int getSavepointId() throws SQLException {
        if (name != null) {
            throw new SQLException("this savepoint has a name; ask getSavepointName()", "3B001");
        }
        return id;
    }

    @Override
    public String getSavepointName() throws SQLException {
        if (name == null) {
            throw new SQLException("this savepoint has no name; ask getSavepointId()", "3B001");
        }
        return name;
    }
}
