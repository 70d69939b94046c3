package io.rockpool.benchmarks;

import io.rockpool.benchmarks.Report.Row;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Bar charts of a run as SVG: a file for each case and metric, in it a bar for each subject. The scale is logarithmic
 * where the figures lie more than a factor of 20 apart.
 *
 * <p>Threads: one. Units: pixels, of a picture 700 wide. Errors: {@link IOException} where the folder cannot be written.
 */
final class Plot {

    private static final int WIDTH = 700;
    private static final int MARGIN = 12;
    private static final int LABELS = 130;
    private static final int VALUES = 90;
    private static final int BARS = WIDTH - 2 * MARGIN - LABELS - VALUES;
    private static final int LINE = 19;
    private static final int BAR = 13;
    private static final double LINEAR_UP_TO = 20;

    private static final String STYLE = """
            text { font: 13px system-ui, sans-serif; fill: #1f2328; }
            .title { font-size: 16px; font-weight: 600; }
            .quiet { font-size: 11px; fill: #59636e; }
            .label { text-anchor: end; }
            .ground { fill: #ffffff; }
            .bar { fill: #9aa4af; }
            .rockpool { fill: #1f6feb; }
            @media (prefers-color-scheme: dark) {
              text { fill: #f0f6fc; }
              .quiet { fill: #9198a1; }
              .ground { fill: #0d1117; }
              .bar { fill: #59636e; }
              .rockpool { fill: #4493f8; }
            }
            """;

    private final List<Row> rows;
    private final List<String> caption;
    private final double low;
    private final double high;
    private final StringBuilder out = new StringBuilder();
    private int y;

    private Plot(List<Row> rows, List<String> caption) {
        this.rows = rows;
        this.caption = caption;
        this.low = positive(rows).min().orElse(1);
        this.high = positive(rows).max().orElse(1);
    }

    private static DoubleStream positive(List<Row> rows) {
        return rows.stream().mapToDouble(Row::value).filter(value -> value > 0 && Double.isFinite(value));
    }

    /** Writes {@code BENCH-CASE-METRIC.svg} for every metric of every case in the rows, and returns the files. */
    static List<Path> write(List<Row> rows, List<String> caption, Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<String, List<Row>> charts = new LinkedHashMap<>();
        for (Row row : rows) {
            charts.computeIfAbsent(row.bench() + "-" + row.caseName() + "-" + row.metric(), any -> new ArrayList<>())
                    .add(row);
        }
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, List<Row>> chart : charts.entrySet()) {
            Path file = folder.resolve(chart.getKey() + ".svg");
            Files.writeString(file, new Plot(chart.getValue(), caption).svg());
            files.add(file);
        }
        return files;
    }

    /** A figure as the chart writes it: four digits, and no more of them than it has. */
    static String words(double value) {
        if (!Double.isFinite(value)) {
            return "none";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
        return rounded.scale() <= 0 ? String.format(Locale.ROOT, "%,d", rounded.longValue()) : rounded.toPlainString();
    }

    private String svg() {
        Row any = rows.get(0);
        String title = any.bench() + " " + any.caseName() + ": " + any.metric();
        y = MARGIN + 16;
        text("title", MARGIN, title);
        y += 17;
        text("quiet", MARGIN, any.unit() + (logarithmic() ? ", logarithmic scale from " + words(origin()) : ""));
        y += 9;
        rows.forEach(this::bar);
        y += 12;
        for (String line : caption) {
            y += 15;
            text("quiet", MARGIN, line);
        }
        int height = y + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + height + "\" width=\"" + WIDTH
                + "\" height=\"" + height + "\" role=\"img\">\n<title>" + escaped(title) + "</title>\n<style>\n" + STYLE
                + "</style>\n<rect class=\"ground\" width=\"" + WIDTH + "\" height=\"" + height + "\"/>\n" + out
                + "</svg>\n";
    }

    private void bar(Row row) {
        y += LINE;
        int left = MARGIN + LABELS;
        double length = length(row.value());
        text("label", left - 8, row.subject());
        out.append(String.format(
                Locale.ROOT,
                "<rect class=\"bar%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
                row.subject().equals(Report.ROCKPOOL) ? " rockpool" : "",
                left,
                y - BAR + 2,
                length,
                BAR));
        text("value", left + 6 + (int) Math.ceil(length), words(row.value()));
    }

    private void text(String kind, int x, String words) {
        out.append("<text class=\"")
                .append(kind)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y);
        out.append("\">").append(escaped(words)).append("</text>\n");
    }

    private boolean logarithmic() {
        return high / low > LINEAR_UP_TO;
    }

    /** Where a logarithmic scale begins: the power of ten below the least figure, so that no bar vanishes. */
    private double origin() {
        return Math.pow(10, Math.floor(Math.log10(low * 0.999)));
    }

    private double length(double value) {
        if (!(value > 0) || !Double.isFinite(value)) {
            return 0;
        }
        return BARS * (logarithmic() ? Math.log(value / origin()) / Math.log(high / origin()) : value / high);
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
