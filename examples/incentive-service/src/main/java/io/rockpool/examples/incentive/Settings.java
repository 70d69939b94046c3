package io.rockpool.examples.incentive;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a manager may set; one row each in the table settings.
 *
 * @param title heading of every page, 1 to 60 characters
 * @param salesDollars sales the pot is taken from, 0 to 100,000,000
 * @param bonusPercent share of the sales that goes into the pot, 0 to 100
 * @param pointsPerVote what one vote is worth when a session closes, 1 to 100
 * @param maxAdjustment the most points given or taken at once, 1 to 10,000
 */
record Settings(String title, int salesDollars, int bonusPercent, int pointsPerVote, int maxAdjustment) {
    static final Settings SAMPLE = new Settings("Employee incentives", 125_000, 4, 2, 100);

    static Settings read(Connection conn) throws SQLException {
        Map<String, String> stored = new LinkedHashMap<>();
        Sql.rows(
                conn,
                "SELECT key, value FROM settings",
                row -> stored.put(row.getString("key"), row.getString("value")));
        return from(new Input(stored));
    }

    /** The settings in a form or in the table; throws {@link Refusal} for a value out of range. */
    static Settings from(Input input) {
        return new Settings(
                input.text("title", 60),
                input.number("sales", 0, 100_000_000),
                input.number("bonus_percent", 0, 100),
                input.number("points_per_vote", 1, 100),
                input.number("max_adjustment", 1, 10_000));
    }

    void save(Connection conn) throws SQLException {
        for (Map.Entry<String, Object> setting : values().entrySet()) {
            Sql.change(
                    conn,
                    "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value ="
                            + " excluded.value",
                    setting.getKey(),
                    setting.getValue().toString());
        }
    }

    /** Name and value of each, as the table, the form and the JSON name them. */
    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("title", title);
        values.put("sales", salesDollars);
        values.put("bonus_percent", bonusPercent);
        values.put("points_per_vote", pointsPerVote);
        values.put("max_adjustment", maxAdjustment);
        return values;
    }

    /** Dollars times percent is cents. */
    long potCents() {
        return (long) salesDollars * bonusPercent;
    }
}
