package io.rockpool.sqlite;

import static io.rockpool.sqlite.MixSchema.AT;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixStep.Tells;
import io.rockpool.sqlite.MixUnit.Kind;
import io.rockpool.sqlite.MixUnit.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one thread asks for, unit by unit: a function of the seed and the thread's number, whatever comes of it.
 *
 * <p>Threads: one.
 */
final class MixScript {

    private static final int TAGS = 1_000_000; // a thread's own

    final SplittableRandom random;
    private final int thread;
    private final MixPromises promises;
    private final MixStatements statements;
    private long tags;
    private int freeTables; // made in autocommit
    private int txTables; // made in transactions

    MixScript(long seed, int thread, MixPromises promises) {
        this.random = new SplittableRandom(seed * 1_000 + thread);
        this.thread = thread;
        this.promises = promises;
        this.statements = new MixStatements(random);
        this.tags = (thread + 1L) * TAGS;
    }

    private long tag() {
        return ++tags;
    }

    // ---- units

    MixUnit autocommit(Lease lease) {
        int chance = random.nextInt(100);
        if (chance < 40) {
            return read(lease);
        }
        if (chance < 64) {
            long tag = tag();
            return new MixUnit(lease, Kind.AUTOCOMMIT, tag).add(statements.change(tag));
        }
        if (chance < 72) {
            int item = statements.anItem();
            return new MixUnit(lease, Kind.AUTOCOMMIT, -item).add(statements.delete(item));
        }
        if (chance < 82) {
            long tag = tag();
            return new MixUnit(lease, Kind.AUTOCOMMIT, tag).add(statements.failure(tag));
        }
        if (chance < 92) {
            return freeDdl(lease);
        }
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(statements.batch(2 + random.nextInt(4), this::tag));
    }

    MixUnit read(Lease lease) {
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(statements.read());
    }

    MixUnit partialRead(Lease lease) {
        MixStep step = statements.longRead(4 + random.nextInt(20));
        step.limit = 1 + random.nextInt(3);
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(step);
    }

    MixUnit change(Lease lease) {
        long tag = tag();
        return new MixUnit(lease, Kind.AUTOCOMMIT, tag).add(statements.change(tag));
    }

    MixUnit slow(Lease lease) {
        long tag = tag();
        return random.nextBoolean()
                ? new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(statements.slowRead())
                : new MixUnit(lease, Kind.AUTOCOMMIT, tag).add(statements.slowWrite(tag));
    }

    MixUnit endless(Lease lease) {
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(statements.endlessRead());
    }

    /** Tables of this thread's own, outside the log: what they hold depends on this thread only. */
    private MixUnit freeDdl(Lease lease) {
        String table = "f" + thread + "_" + (freeTables - random.nextInt(2));
        MixStep step = switch (random.nextInt(9)) {
            case 0, 1, 2 ->
                MixStep.of(Op.TEXT, "CREATE TABLE f" + thread + "_" + ++freeTables + " (a INTEGER PRIMARY KEY, b)");
            case 3 -> MixStep.of(Op.TEXT, "CREATE INDEX i_" + table + " ON " + table + " (b)");
            case 4 -> // of a table that stays: a view without its table makes others' ALTER TABLE fail
                MixStep.of(Op.TEXT, "CREATE VIEW v_" + table + " AS SELECT count(*) AS c FROM item");
            case 5 -> MixStep.of(Op.TEXT, "ALTER TABLE " + table + " ADD COLUMN c DEFAULT 3");
            case 6 -> MixStep.of(Op.TEXT, "DROP TABLE IF EXISTS " + table);
            case 7 -> MixStep.of(Op.RUN, "INSERT INTO " + table + " (b) VALUES (?), (?)", random.nextInt(9), "b");
            default -> MixStep.read("SELECT * FROM " + table + " ORDER BY a");
        };
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(step).own();
    }

    /** With autocommit off, or by text. Its first write is the log's, so that its rows in the log begin with its tag. */
    MixUnit transaction(Lease lease, boolean byText) {
        long tag = tag();
        boolean reads = random.nextInt(8) == 0;
        MixUnit unit = new MixUnit(lease, byText ? Kind.TEXT : Kind.TRANSACTION, reads ? 0 : tag);
        boolean savepoint = byText && random.nextInt(3) == 0;
        if (byText) {
            String begin = random.nextBoolean() ? "BEGIN" : "begin immediate transaction";
            unit.add(MixStep.of(Op.TEXT, savepoint ? "SAVEPOINT outermost" : begin));
        }
        if (reads || (random.nextInt(3) == 0 && (!byText || promises.textBegins()))) {
            unit.add(statements.read());
        }
        if (!reads) {
            if (random.nextInt(6) == 0) {
                unit.add(statements.batchWithoutRows());
            }
            unit.add(statements.log(tag));
        }
        int steps = random.nextInt(5);
        for (int i = 0; i < steps; i++) {
            inside(unit, tag, reads, i);
        }
        if (byText) {
            boolean keep = random.nextInt(4) != 0;
            unit.add(MixStep.of(
                    Op.TEXT, savepoint ? (keep ? "RELEASE outermost" : "ROLLBACK") : keep ? "COMMIT" : "ROLLBACK"));
            return unit;
        }
        int chance = random.nextInt(100);
        Op end = chance < 65 ? Op.COMMIT : chance < 78 ? Op.ROLLBACK : chance < 90 ? Op.COMMIT_BY_AUTOCOMMIT : Op.CLOSE;
        return unit.add(MixStep.of(end, ""));
    }

    private void inside(MixUnit unit, long tag, boolean reads, int number) {
        int chance = reads ? 0 : random.nextInt(100);
        if (chance < 25) {
            unit.add(statements.read());
        } else if (chance < 50) {
            unit.add(statements.change(tag));
        } else if (chance < 56) {
            unit.add(statements.delete(statements.anItem()));
        } else if (chance < 68) {
            unit.add(statements.wideChange(tag));
        } else if (chance < 76) {
            unit.add(statements.failure(tag));
        } else if (chance == 76 && random.nextInt(6) == 0 && unit.kind == Kind.TRANSACTION) {
            unit.add(random.nextBoolean() ? statements.slowRead() : statements.slowWrite(tag));
        } else if (chance < 80) {
            unit.add(statements.batch(2 + random.nextInt(3), () -> tag));
        } else if (chance < 90) {
            unit.add(txDdl());
        } else {
            savepoint(unit, tag, "s" + number);
        }
    }

    private void savepoint(MixUnit unit, long tag, String name) {
        boolean byText = unit.kind == Kind.TEXT || random.nextBoolean();
        unit.add(byText ? MixStep.of(Op.TEXT, "SAVEPOINT " + name) : MixStep.of(Op.SAVEPOINT, name));
        unit.add(random.nextInt(3) == 0 ? statements.failure(tag) : statements.change(tag));
        unit.add(statements.wideChange(tag));
        if (random.nextBoolean()) {
            unit.add(byText ? MixStep.of(Op.TEXT, "ROLLBACK TO " + name) : MixStep.of(Op.ROLLBACK_TO, name));
            unit.add(statements.change(tag));
        }
        if (random.nextBoolean()) {
            unit.add(byText ? MixStep.of(Op.TEXT, "RELEASE " + name) : MixStep.of(Op.RELEASE, name));
        }
    }

    private MixStep txDdl() {
        String table = "x" + thread + "_" + (txTables - random.nextInt(2));
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                MixStep.of(Op.TEXT, "CREATE TABLE x" + thread + "_" + ++txTables + " (a INTEGER PRIMARY KEY, b)");
            case 2 ->
                MixStep.of(
                        Op.TEXT,
                        "CREATE TABLE x" + thread + "_" + ++txTables + " AS SELECT id AS a, v AS b FROM item"
                                + " ORDER BY id LIMIT 3");
            case 3 -> MixStep.of(Op.TEXT, "CREATE INDEX IF NOT EXISTS xi_" + table + " ON " + table + " (b)");
            case 4 -> MixStep.of(Op.TEXT, "ALTER TABLE " + table + " RENAME TO " + table + "r");
            case 5 -> MixStep.of(Op.TEXT, "DROP TABLE " + table);
            case 6 -> MixStep.of(Op.RUN, "INSERT INTO " + table + " (b) VALUES (?)", random.nextInt(9));
            default -> MixStep.of(Op.TEXT, "CREATE INDEX IF NOT EXISTS xi_shared" + random.nextInt(3) + " ON item (v)");
        };
    }

    // ---- leases with a session of their own

    /** What makes the session differ, and what shows it. */
    List<MixUnit> session(Lease lease) {
        List<MixUnit> units = new ArrayList<>();
        switch (random.nextInt(7)) {
            case 0 -> {
                units.add(text(lease, "CREATE TEMP TABLE mine (a)"));
                units.add(run(lease, "INSERT INTO mine VALUES (?)", 1 + random.nextInt(9)));
                units.add(own(lease, MixStep.read("SELECT total(a) FROM mine")));
            }
            case 1 -> {
                units.add(text(lease, "ATTACH ':memory:' AS beside"));
                units.add(text(lease, "CREATE TABLE beside.mine (a)"));
                units.add(run(lease, "INSERT INTO beside.mine VALUES (?)", 1 + random.nextInt(9)));
                units.add(own(lease, MixStep.read("SELECT total(a) FROM beside.mine")));
            }
            case 2 -> units.add(text(lease, "PRAGMA foreign_keys=OFF"));
            case 3 -> units.add(text(lease, "PRAGMA recursive_triggers=ON"));
            case 4 -> units.add(text(lease, "PRAGMA case_sensitive_like=ON"));
            case 5 -> units.add(text(lease, "PRAGMA cache_size=77"));
            default -> {
                units.add(text(lease, "CREATE TEMP VIEW mine AS SELECT count(*) AS c, total(v) AS v FROM item"));
                units.add(new MixUnit(lease, Kind.AUTOCOMMIT, 0)
                        .add(MixStep.read("SELECT " + AT + ", c, v FROM mine").tells(Tells.POSITION)));
            }
        }
        return units;
    }

    private static MixUnit text(Lease lease, String sql) {
        return own(lease, MixStep.of(Op.TEXT, sql));
    }

    private static MixUnit run(Lease lease, String sql, Object... parameters) {
        return own(lease, MixStep.of(Op.RUN, sql, parameters));
    }

    private static MixUnit own(Lease lease, MixStep step) {
        return new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(step).own();
    }
}
