package io.rockpool.testkit;

import io.rockpool.engine.Resources;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The database of a simulation: it can be down, restart, hang and fail, and it knows of every resource who has it.
 *
 * <p>Threads: one.
 */
final class SimulatedDatabase implements Resources<SimulatedDatabase.Session> {

    /** One open session. */
    static final class Session {
        final int id;
        boolean alive = true;
        boolean closed;
        boolean dirty;

        @Nullable Object owner;

        Session(int id) {
            this.id = id;
        }
    }

    private final SimulatedPlatform platform;
    private final boolean local;
    private final List<String> faults = new ArrayList<>();
    private final List<Session> open = new ArrayList<>();
    private int opened;
    private int closed;
    boolean down;
    double failing; // share of calls that fail while the database is up

    SimulatedDatabase(SimulatedPlatform platform, boolean local) {
        this.platform = platform;
        this.local = local;
    }

    @Override
    public Session open() throws Exception {
        maybeFail("open");
        if (down) {
            throw new SQLTransientConnectionException("the database is down", "08001");
        }
        Session session = new Session(++opened);
        open.add(session);
        return session;
    }

    @Override
    public boolean validate(Session session) throws Exception {
        use(session, "validated");
        maybeFail("validate");
        return session.alive && !down;
    }

    @Override
    public void close(Session session) throws Exception {
        if (session.closed) {
            faults.add("session " + session.id + " closed twice");
        }
        session.closed = true;
        closed++;
        open.remove(session);
        maybeFail("close");
    }

    @Override
    public void abort(Session session) {
        session.alive = false;
    }

    private void use(Session session, String how) {
        if (session.closed) {
            faults.add("session " + session.id + " " + how + " after it was closed");
        }
        if (session.owner != null) {
            faults.add("session " + session.id + " " + how + " while " + session.owner + " has it");
        }
    }

    /** One in three failures is an Error: the engine must survive those too. */
    private void maybeFail(String call) throws Exception {
        if (platform.random.nextDouble() < failing) {
            if (platform.random.nextInt(3) == 0) {
                throw new OutOfMemoryError("planted in " + call);
            }
            throw new SQLTransientConnectionException(call + " failed", "08006");
        }
    }

    void restart() {
        open.forEach(session -> session.alive = false);
    }

    List<String> faults() {
        return faults;
    }

    int opened() {
        return opened;
    }

    int closed() {
        return closed;
    }

    int live() {
        return open.size();
    }

    @Override
    public boolean local() {
        return local;
    }

    @Override
    public boolean retryable(Throwable failure) {
        return !(failure instanceof Error);
    }
}
