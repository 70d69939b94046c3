package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerStore.Write;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements a simulated server understands; {@link FaultyServer} lists them.
 *
 * <p>Threads: the caller holds the session's lock. Errors: {@link SQLException} of the session.
 */
final class FaultyServerSql {

    /**
     * What a statement answers.
     *
     * @param columns the names of the columns, or null for a statement that has only an update count
     */
    record Answer(@Nullable List<String> columns, List<Object[]> rows, int updateCount) {
        static Answer count(int updateCount) {
            return new Answer(null, List.of(), updateCount);
        }

        static Answer row(List<String> columns, Object... row) {
            return new Answer(columns, List.<Object[]>of(row), -1);
        }

        static Answer noRows(String... columns) {
            return new Answer(List.of(columns), List.of(), -1);
        }
    }

    private static final List<String> QUERIES =
            List.of("SELECT", "SHOW", "COUNT", "VALUES", "WITH", "PRAGMA", "EXPLAIN", "TABLE");
    private static final List<String> PAIR = List.of("key", "value");

    private FaultyServerSql() {}

    /** Runs one statement; a {@code ?} stands for the next parameter. */
    static Answer run(FaultyServerSession session, String sql, List<? extends @Nullable Object> parameters)
            throws SQLException {
        session.meetLateCancel();
        String[] words = words(sql, parameters);
        String verb = words[0].toUpperCase(Locale.ROOT);
        Answer control = words.length <= 2 ? transactionControl(session, verb, words) : null;
        if (control != null) {
            return control;
        }
        session.startStatement();
        return switch (verb + " " + (words.length - 1)) {
            case "INSERT 2" -> insert(session, words[1], number(words[2]));
            case "UPDATE 2" -> update(session, new Write(Write.Kind.ADD, words[1], number(words[2])));
            case "DELETE 1" -> update(session, new Write(Write.Kind.DELETE, words[1], 0));
            case "SELECT 1" -> select(session, words[1]);
            case "COUNT 0" -> Answer.row(List.of("count"), (long) session.transaction.count());
            case "SET 2" -> set(session, words[1], words[2]);
            case "SHOW 1" -> show(session, words[1]);
            case "RESET 1", "DISCARD 1" -> reset(session, words[1]);
            default -> QUERIES.contains(verb) ? Answer.noRows("value") : Answer.count(0);
        };
    }

    private static @Nullable Answer transactionControl(FaultyServerSession session, String verb, String[] words)
            throws SQLException {
        switch (verb) {
            case "BEGIN" -> session.transaction.begin();
            case "START" -> {
                if (words.length != 2 || !words[1].equalsIgnoreCase("TRANSACTION")) {
                    return null;
                }
                session.transaction.begin();
            }
            case "COMMIT", "END" -> session.transaction.commit();
            case "ROLLBACK" -> session.transaction.rollback();
            default -> {
                return null;
            }
        }
        return Answer.count(0);
    }

    private static Answer insert(FaultyServerSession session, String key, long value) throws SQLException {
        if (session.transaction.read(key) != null) {
            throw FaultSqlState.exception(FaultSqlState.DUPLICATE_KEY, "the key '" + key + "' exists");
        }
        session.write(new Write(Write.Kind.INSERT, key, value));
        return Answer.count(1);
    }

    private static Answer update(FaultyServerSession session, Write write) throws SQLException {
        boolean exists = session.transaction.read(write.key()) != null;
        session.write(write);
        return Answer.count(exists ? 1 : 0);
    }

    private static Answer select(FaultyServerSession session, String key) {
        if (key.chars().allMatch(Character::isDigit)) {
            return Answer.row(List.of("value"), Long.valueOf(key));
        }
        Long value = session.transaction.read(key);
        return value == null ? Answer.noRows("key", "value") : Answer.row(PAIR, key, value);
    }

    private static Answer set(FaultyServerSession session, String name, String value) {
        session.settings.put(name, value);
        return Answer.count(0);
    }

    private static Answer show(FaultyServerSession session, String name) {
        String value = session.settings.get(name);
        return value == null ? Answer.noRows(name) : Answer.row(List.of(name), value);
    }

    private static Answer reset(FaultyServerSession session, String name) {
        if (name.equalsIgnoreCase("ALL")) {
            session.settings.clear();
        } else {
            session.settings.remove(name);
        }
        return Answer.count(0);
    }

    private static String[] words(String sql, List<? extends @Nullable Object> parameters) throws SQLException {
        String[] words = sql.strip().replaceAll("[\\s;]+$", "").split("\\s+", -1);
        int next = 0;
        for (int i = 0; i < words.length; i++) {
            if (words[i].equals("?")) {
                if (next == parameters.size()) {
                    throw FaultSqlState.exception("07001", "parameter " + (next + 1) + " is not set");
                }
                words[i] = String.valueOf(parameters.get(next++));
            }
        }
        return words;
    }

    private static long number(String word) throws SQLException {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "not a whole number: " + word);
        }
    }

    static int parameterCount(String sql) {
        return (int) Arrays.stream(sql.split("\\s+", -1)).filter("?"::equals).count();
    }

    /** The columns a prepared query will have, as far as its text tells. */
    static @Nullable List<String> columns(String sql) {
        String verb = sql.strip().split("[\\s;]+", 2)[0].toUpperCase(Locale.ROOT);
        return QUERIES.contains(verb) ? Map.of("SELECT", PAIR).getOrDefault(verb, List.of("value")) : null;
    }
}
