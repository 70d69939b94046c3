package io.rockpool.sqlite.doctor;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A foreign key as a table declares it.
 *
 * @param table the child
 * @param parent the table it refers to
 * @param columns of the child, in the key's order
 */
record ForeignKey(String table, String parent, List<String> columns) {

    /** The foreign keys of a table by SQLite's number for them. */
    static Map<Long, ForeignKey> of(ReadOnlyDatabase database, String table) throws SQLException {
        Map<Long, ForeignKey> keys = new TreeMap<>();
        database.each(
                "SELECT id, \"table\", \"from\" FROM pragma_foreign_key_list(?) ORDER BY id, seq",
                row -> {
                    ForeignKey key = keys.get(row.getLong(1));
                    if (key == null) {
                        key = new ForeignKey(table, row.getString(2), new ArrayList<>());
                        keys.put(row.getLong(1), key);
                    }
                    key.columns.add(row.getString(3));
                },
                table);
        return keys;
    }

    /** {@code orders(customer_id) -> customers}. */
    @Override
    public String toString() {
        return table + "(" + String.join(", ", columns) + ") -> " + parent;
    }
}
