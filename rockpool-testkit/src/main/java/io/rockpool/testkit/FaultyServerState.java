package io.rockpool.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The true state of one physical connection at one moment, whatever its getters say.
 *
 * <p>Threads: immutable. Units: {@code networkTimeoutMillis} as in JDBC, 0 for none.
 *
 * @param open whether the client has neither closed nor aborted it
 * @param alive whether the server has not ended it
 * @param inTransaction whether work is open, begun by JDBC or by the text {@code BEGIN}
 * @param pendingWrites how many writes of the transaction others do not see yet
 * @param openStatements how many statements of the connection are not closed
 * @param clientInfo what {@code setClientInfo} has set
 * @param settings what {@code SET name value} has set
 */
public record FaultyServerState(
        int connectionId,
        boolean open,
        boolean alive,
        boolean autoCommit,
        boolean readOnly,
        int isolation,
        @Nullable String catalog,
        @Nullable String schema,
        int holdability,
        int networkTimeoutMillis,
        Map<String, Class<?>> typeMap,
        Map<String, String> clientInfo,
        Map<String, String> settings,
        boolean inTransaction,
        int pendingWrites,
        int openStatements) {

    /** Whether nothing is left of earlier use: all settings as after the connect, no transaction, no statement. */
    public boolean isDefault() {
        return autoCommit
                && !readOnly
                && isolation == Connection.TRANSACTION_READ_COMMITTED
                && FaultyServerSession.DEFAULT_CATALOG.equals(catalog)
                && FaultyServerSession.DEFAULT_SCHEMA.equals(schema)
                && holdability == ResultSet.CLOSE_CURSORS_AT_COMMIT
                && networkTimeoutMillis == 0
                && typeMap.isEmpty()
                && clientInfo.isEmpty()
                && settings.isEmpty()
                && !inTransaction
                && pendingWrites == 0
                && openStatements == 0;
    }
}
