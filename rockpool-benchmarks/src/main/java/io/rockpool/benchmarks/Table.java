package io.rockpool.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Text in columns: the first two to the left, figures to the right. */
final class Table {

    private static final int NAMES = 2;

    private final List<String[]> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(headings);
    }

    void row(String... cells) {
        if (cells.length != rows.get(0).length) {
            throw new IllegalArgumentException(
                    "a row of " + cells.length + " cells in a table of " + rows.get(0).length + " columns");
        }
        rows.add(cells);
    }

    List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String blank = " ".repeat(widths[i] - row[i].length());
            line.append(i == 0 ? "" : "  ").append(i < NAMES ? row[i] + blank : blank + row[i]);
        }
        return line.toString().stripTrailing();
    }
}
