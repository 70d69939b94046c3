package io.rockpool.sqlite;

import static io.rockpool.sqlite.MixSchema.AT;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixStep.Tells;
import java.util.SplittableRandom;

/** Random statements on the mix's tables. Threads: one. */
final class MixStatements {

    private static final String INSERT = "INSERT INTO item (parent, name, v, tag) VALUES (?, ?, ?, ?)";

    private final SplittableRandom random;

    MixStatements(SplittableRandom random) {
        this.random = random;
    }

    private int parent() {
        return 1 + random.nextInt(MixSchema.LASTING_PARENTS);
    }

    private int anyParent() {
        return 1 + random.nextInt(MixSchema.PARENTS);
    }

    private int item() {
        return 1 + random.nextInt(random.nextBoolean() ? 40 : 300);
    }

    private String name() {
        return (random.nextInt(4) == 0 ? "N" : "n") + random.nextInt(400);
    }

    private int value() {
        return random.nextInt(100);
    }

    // ---- reads: each tells the position that it saw

    MixStep read() {
        String all = "SELECT at, id, parent, name, v FROM (SELECT " + AT + " AS at) LEFT JOIN item ON ";
        MixStep step = switch (random.nextInt(8)) {
            case 0 -> MixStep.read("SELECT " + AT + ", count(*), total(v), max(id), total(tag) FROM item");
            case 1 -> MixStep.read(all + "parent = ? ORDER BY id", anyParent());
            case 2 -> MixStep.read(all + "v > ? ORDER BY id", value());
            case 3 ->
                MixStep.read("SELECT " + AT + ", p.id, p.n, count(i.id) FROM parent p LEFT JOIN item i ON"
                        + " i.parent = p.id GROUP BY p.id ORDER BY p.id");
            case 4 -> MixStep.read("SELECT " + AT + ", count(*) FROM item WHERE name LIKE ?", "n" + value() % 10 + "%");
            case 5 -> MixStep.read("SELECT " + AT + ", count(*), total(items), total(v) FROM tally");
            case 6 -> MixStep.read(all + "item.id = ?", item());
            default ->
                MixStep.read("SELECT " + AT
                        + ", count(*), group_concat(name || coalesce(sql, '')) FROM (SELECT name, sql FROM"
                        + " sqlite_schema WHERE name GLOB 'x*' ORDER BY name)");
        };
        step.timeout = random.nextInt(30) == 0 ? 2 : 0;
        return step.tells(Tells.POSITION);
    }

    MixStep longRead(int rows) {
        return MixStep.read("SELECT at, i.id, i.name, p.id FROM (SELECT " + AT + " AS at), item i, parent p"
                        + " ORDER BY i.id, p.id LIMIT " + rows)
                .tells(Tells.POSITION);
    }

    MixStep slowRead() {
        MixStep step = MixStep.read("SELECT " + AT + ", (WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1"
                        + " FROM c WHERE x < 1000000) SELECT count(*) FROM c)")
                .tells(Tells.POSITION);
        step.slow = true;
        return step;
    }

    /** Ends by its query timeout only. */
    MixStep endlessRead() {
        MixStep step = MixStep.read(
                "WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c");
        step.timeout = 1;
        return step;
    }

    MixStep slowWrite(long tag) {
        MixStep step = MixStep.of(
                Op.RUN,
                "INSERT INTO item (parent, name, v, tag) WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1"
                        + " FROM c WHERE x < 1000000) SELECT ?, 'slow' || ?, 1, ? FROM c WHERE x = 1 OR x = 900000"
                        + " LIMIT 1",
                parent(),
                tag,
                tag);
        step.slow = true;
        return step;
    }

    // ---- writes, each marked with the tag

    /** In a transaction, before its first write. */
    MixStep log(long tag) {
        return MixStep.of(Op.RUN, "INSERT INTO log (tag) VALUES (?) RETURNING seq", tag)
                .tells(Tells.OWN_POSITION);
    }

    /** For the beginning of a transaction, where the log's must be the first row. */
    MixStep batchWithoutRows() {
        Op op = random.nextBoolean() ? Op.BATCH : Op.PLAIN_BATCH;
        return MixStep.batch(op, "DELETE FROM item WHERE id = ?", new Object[][] {{-1L}, {-2L}});
    }

    /** A change whose tag is known beforehand, whether it succeeds or not. */
    MixStep change(long tag) {
        return switch (random.nextInt(12)) {
            case 0, 1 -> MixStep.of(Op.RUN, INSERT, parent(), name(), value(), tag);
            case 2 -> MixStep.of(Op.KEYS, INSERT, parent(), name(), value(), tag);
            case 3 -> MixStep.of(Op.PLAIN, INSERT, anyParent(), name(), value(), tag);
            case 4 -> MixStep.of(Op.RUN, INSERT + " RETURNING id, name, v", parent(), name(), value(), tag);
            case 5 -> MixStep.of(Op.RUN, "UPDATE item SET v = v + ?, tag = ? WHERE id = ?", value(), tag, item());
            case 6 ->
                MixStep.of(
                        Op.RUN,
                        "UPDATE item SET v = v + 1, tag = ? WHERE parent = ? RETURNING id, v",
                        tag,
                        anyParent());
            case 7 ->
                MixStep.of(
                        Op.RUN,
                        INSERT + " ON CONFLICT (name) DO UPDATE SET v = v + 1, tag = excluded.tag",
                        parent(),
                        name(),
                        value(),
                        tag);
            case 8 -> // on a table without AUTOINCREMENT: what is ignored would use a number up, outside the log
                MixStep.of(Op.RUN, "INSERT OR IGNORE INTO parent VALUES (?, 0, ?)", parent(), tag);
            case 9 ->
                MixStep.of(
                        Op.RUN,
                        INSERT + ", (?, ?, ?, ?)",
                        parent(),
                        name(),
                        value(),
                        tag,
                        parent(),
                        name() + "b",
                        value(),
                        tag);
            default -> MixStep.of(Op.RUN, "UPDATE parent SET n = n + 1, tag = ? WHERE id = ?", tag, parent());
        };
    }

    /** Its tag is what it deletes. */
    MixStep delete(int item) {
        return random.nextBoolean()
                ? MixStep.of(Op.RUN, "DELETE FROM item WHERE id = ?", item)
                : MixStep.of(Op.RUN, "DELETE FROM item WHERE id = ? RETURNING name, v", item);
    }

    int anItem() {
        return item();
    }

    /** Changes that only a transaction makes: the log does not name their owner. */
    MixStep wideChange(long tag) {
        return switch (random.nextInt(6)) {
            case 0 -> MixStep.of(Op.RUN, "DELETE FROM item WHERE parent = ? AND v > ?", anyParent(), 60 + value());
            case 1 -> MixStep.of(Op.RUN, INSERT.replace("INSERT", "REPLACE"), parent(), name(), value(), tag);
            case 2 ->
                MixStep.of(
                        Op.RUN,
                        "DELETE FROM parent WHERE id = ?",
                        MixSchema.LASTING_PARENTS + 1 + random.nextInt(MixSchema.PARENTS - MixSchema.LASTING_PARENTS));
            case 3 ->
                MixStep.of(
                        Op.RUN,
                        "INSERT INTO parent VALUES (?, 0, ?)",
                        MixSchema.LASTING_PARENTS + 1 + random.nextInt(MixSchema.PARENTS - MixSchema.LASTING_PARENTS),
                        tag);
            case 4 -> MixStep.of(Op.RUN, "INSERT INTO late VALUES (?)", random.nextInt(3) == 0 ? 99 : parent());
            default ->
                MixStep.of(
                        Op.TEXT,
                        INSERT + "; UPDATE item SET v = v + 2, tag = ? WHERE id = ?",
                        parent(),
                        "two" + tag + "_" + random.nextInt(1000),
                        value(),
                        tag,
                        tag,
                        item());
        };
    }

    // ---- failures

    MixStep failure(long tag) {
        return switch (random.nextInt(13)) {
            case 0 -> MixStep.of(Op.RUN, INSERT, parent(), null, value(), tag);
            case 1 -> MixStep.of(Op.RUN, INSERT, parent(), "first1", value(), tag);
            case 2 -> MixStep.of(Op.RUN, INSERT, 99, name(), value(), tag);
            case 3 -> MixStep.of(Op.RUN, INSERT, parent(), name(), 555, tag);
            case 4 -> MixStep.of(Op.RUN, INSERT.replace("?, ?)", "1 / 0, ?)"), parent(), name(), tag);
            case 5 -> MixStep.of(Op.RUN, "INSERT INTO nowhere VALUES (?)", tag);
            case 6 -> MixStep.of(Op.PLAIN, "INSERT OOPS item VALUES (?)", tag);
            case 7 -> MixStep.of(Op.RUN, "UPDATE item SET v = abs(-9223372036854775807 - 1), tag = ?", tag);
            case 8 -> MixStep.of(Op.RUN, INSERT.replace("INSERT", "INSERT OR ROLLBACK"), parent(), "first1", 1, tag);
            case 9 -> // what came before the failing row stays; an insert would do so without its AUTOINCREMENT
                MixStep.of(
                        Op.RUN,
                        "UPDATE OR FAIL item SET tag = ?, v = CASE WHEN id > ? THEN 555 ELSE v + 1 END WHERE parent = ?",
                        tag,
                        item(),
                        parent());
            case 10 -> MixStep.read("SELECT " + AT + ", abs(-9223372036854775807 - 1)");
            default -> MixStep.of(Op.RUN, INSERT, parent(), name(), 661 + random.nextInt(4), tag);
        };
    }

    /** Rows of a batch, one of them now and then without a value. */
    MixStep batch(int rows, java.util.function.LongSupplier tags) {
        Object[][] batch = new Object[rows][];
        for (int i = 0; i < rows; i++) {
            batch[i] = new Object[] {
                parent(), name(), random.nextInt(8) == 0 ? (Object) null : (Object) value(), tags.getAsLong()
            };
        }
        return MixStep.batch(random.nextBoolean() ? Op.BATCH : Op.PLAIN_BATCH, INSERT, batch);
    }
}
