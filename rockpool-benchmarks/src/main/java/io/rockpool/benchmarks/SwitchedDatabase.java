package io.rockpool.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A database behind a switch: it answers at once, or is away in one of three ways.
 *
 * <p>What waits for an answer ends as with a real driver: when the answer comes, when its connection is closed or aborted,
 * after the network timeout of its connection, after the timeout given to {@code isValid}, or, for a connect, after
 * {@link DriverManager#getLoginTimeout()}. It does not heed interrupts, as reading a socket does not.
 *
 * <p>Threads: any, under one lock. Units: nanoseconds. Errors: 08001 for a connect, 08006 for a connection, which is dead
 * from then on.
 */
final class SwitchedDatabase implements ScriptedDriver.Database {

    /** How it is away. */
    enum Absence {
        /** The server stands still: nothing is answered, and what was asked meanwhile is answered at its return. */
        STALLED,

        /**
         * The network drops what is sent. TCP sends it again, each time after twice as long, and only what is sent after
         * the return arrives: a call that began early in the outage is answered long after its end.
         */
        LOST,

        /** The server is down: connects are refused at once, and the connections there were are dead for ever. */
        REFUSED
    }

    /** As on Linux: a first packet is sent again after 1 s, then 2, 4 ...; data of a connection after 0.2 s, then 0.4 ... */
    private static final long FIRST_REPEAT = TimeUnit.SECONDS.toNanos(1);

    private static final long DATA_REPEAT = TimeUnit.MILLISECONDS.toNanos(200);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Absence absence = Absence.STALLED; // guarded by lock, as is the rest
    private boolean away;
    private int restarts;
    private int opened;

    /** Takes it away. */
    void leave(Absence how) {
        lock.lock();
        try {
            absence = how;
            away = true;
            if (how == Absence.REFUSED) {
                restarts++;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Brings it back. */
    void comeBack() {
        lock.lock();
        try {
            away = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Connections opened so far. */
    int opened() {
        lock.lock();
        try {
            return opened;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Connection connect() throws SQLException {
        lock.lock();
        try {
            Call connecting = new Call(FIRST_REPEAT, TimeUnit.SECONDS.toNanos(DriverManager.getLoginTimeout()));
            while (true) {
                if (away && absence == Absence.REFUSED) {
                    throw new SQLException("connection refused", "08001");
                }
                if (connecting.isAnswered()) {
                    opened++;
                    return new Session(restarts);
                }
                if (connecting.isOverdue()) {
                    throw new SQLException("the connect timed out", "08001");
                }
                connecting.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One question to the database. Threads: its own, under the lock. */
    private final class Call {

        private final long asked = System.nanoTime();
        private final long limit; // 0: none
        private long repeat;
        private long sendAgain;
        private boolean lost;

        Call(long repeat, long limit) {
            this.repeat = repeat;
            this.limit = limit;
            this.sendAgain = asked + repeat;
        }

        boolean isAnswered() {
            if (away) {
                lost |= absence == Absence.LOST;
            }
            boolean arrives = !lost || isTimeTo(sendAgain);
            while (lost && isTimeTo(sendAgain)) {
                repeat *= 2;
                sendAgain += repeat;
            }
            return !away && arrives;
        }

        boolean isOverdue() {
            return limit > 0 && isTimeTo(asked + limit);
        }

        private boolean isTimeTo(long moment) {
            return System.nanoTime() - moment >= 0;
        }

        /** Until something may have changed. */
        @SuppressWarnings("WaitNotInLoop") // the callers loop
        void await() {
            long now = System.nanoTime();
            long sleep = lost ? sendAgain - now : Long.MAX_VALUE;
            sleep = limit > 0 ? Math.min(sleep, asked + limit - now) : sleep;
            boolean interrupted = Thread.interrupted();
            try {
                changed.awaitNanos(sleep);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Session extends ScriptedConnection {

        private final int restart;
        private boolean dead; // guarded by the lock
        private volatile int networkTimeoutMillis;

        Session(int restart) {
            this.restart = restart;
        }

        @Override
        void roundTrip() throws SQLException {
            roundTrip(TimeUnit.MILLISECONDS.toNanos(networkTimeoutMillis));
        }

        private void roundTrip(long limit) throws SQLException {
            lock.lock();
            try {
                Call call = new Call(DATA_REPEAT, limit);
                while (true) {
                    dead |= restart != restarts;
                    if (dead) {
                        throw new SQLException("the connection is gone", "08006");
                    }
                    if (call.isAnswered()) {
                        return;
                    }
                    if (call.isOverdue()) {
                        dead = true;
                        throw new SQLException("no answer came within the network timeout", "08006");
                    }
                    call.await();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isValid(int seconds) {
            long limit = TimeUnit.MILLISECONDS.toNanos(networkTimeoutMillis);
            long asked = TimeUnit.SECONDS.toNanos(seconds);
            try {
                roundTrip(limit == 0 || asked == 0 ? Math.max(limit, asked) : Math.min(limit, asked));
                return true;
            } catch (SQLException e) {
                return false; // as JDBC has it
            }
        }

        @Override
        public void rollback() throws SQLException {
            if (!getAutoCommit()) {
                roundTrip();
            }
        }

        /** Tells the server and does not wait for it. */
        @Override
        public void close() {
            lock.lock();
            try {
                dead = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void abort(Executor executor) {
            close();
        }

        @Override
        public boolean isClosed() {
            lock.lock();
            try {
                return dead;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void setNetworkTimeout(Executor executor, int millis) {
            networkTimeoutMillis = millis;
        }

        @Override
        public int getNetworkTimeout() {
            return networkTimeoutMillis;
        }
    }
}
