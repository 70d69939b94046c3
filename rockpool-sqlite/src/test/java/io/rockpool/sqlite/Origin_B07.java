package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B7: returning a connection twice put it into the pool twice, and two callers owned it. */
@Timeout(60)
class Origin_B07 {

    private static final int ROUNDS = 100_000;

    @TempDir
    Path folder;

    @Test
    void a_second_close_does_nothing() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Connection first = pool.getConnection();
            first.close();
            try (Connection second = pool.getConnection()) {
                first.close();
                assertThat(second.isClosed()).isFalse();
                assertThat(Steps.number(second, "SELECT 1")).isEqualTo(1);
                assertThat(pool.statistics().activeConnections()).isEqualTo(1);
                assertThat(pool.statistics().availableConnections()).isZero();
            }
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void racing_double_closes_never_give_a_connection_two_owners() throws Exception {
        // lender                     second closer              other borrowers
        // borrow, publish
        //                            close                      borrow, claim the slot, free it, give back
        // close                                                 …
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(2).maxOverflow(0).build()) {
            AtomicReferenceArray<Connection> published = new AtomicReferenceArray<>(2);
            Phaser together = new Phaser(2);
            AtomicInteger lending = new AtomicInteger(1);
            Set<Integer> owned = ConcurrentHashMap.newKeySet();
            AtomicInteger doubles = new AtomicInteger();
            Steps.allSucceed(4, thread -> {
                if (thread == 0) {
                    try {
                        for (int i = 0; i < ROUNDS; i++) {
                            Connection connection = pool.getConnection();
                            claim(owned, connection, doubles);
                            published.set(i & 1, connection);
                            owned.remove(slot(connection)); // from here on anyone may close it
                            together.arriveAndAwaitAdvance();
                            connection.close();
                        }
                    } finally {
                        lending.set(0);
                        together.arriveAndDeregister();
                    }
                } else if (thread == 1) {
                    for (int i = 0; i < ROUNDS && lending.get() == 1; i++) {
                        together.arriveAndAwaitAdvance();
                        published.get(i & 1).close();
                    }
                } else {
                    while (lending.get() == 1) {
                        try (Connection connection = pool.getConnection()) {
                            claim(owned, connection, doubles);
                            owned.remove(slot(connection));
                        }
                    }
                }
            });
            assertThat(doubles).hasValue(0);
            assertThat(pool.statistics().totalCreated()).isEqualTo(2);
            Steps.closeQuiescent(pool);
        }
    }

    private static void claim(Set<Integer> owned, Connection connection, AtomicInteger doubles) {
        if (!owned.add(slot(connection))) {
            doubles.incrementAndGet();
        }
    }

    /** "connection in slot 3" */
    private static int slot(Connection connection) {
        return connection.toString().charAt("connection in slot ".length()) - '0';
    }
}
