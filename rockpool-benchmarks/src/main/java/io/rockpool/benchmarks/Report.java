package io.rockpool.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The figures of one run, for the JSON, and the printer for the reader. Threads: one. */
final class Report {

    static final String ROCKPOOL = "rockpool";
    static final String HIKARICP = "hikaricp";
    static final String AGROAL = "agroal";

    /** One figure. Its unit stands in the name of the metric too, as scripts read that. */
    record Row(String bench, String caseName, String subject, String metric, double value, String unit) {}

    private final String bench;
    private final PrintStream out;
    private final List<Row> rows = new ArrayList<>();

    Report(String bench, PrintStream out) {
        this.bench = bench;
        this.out = out;
    }

    void add(String caseName, String subject, String metric, double value, String unit) {
        rows.add(new Row(bench, caseName, subject, metric, value, unit));
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    void print(String line) {
        out.println(line);
        out.flush();
    }

    void print(Table table) {
        table.lines().forEach(this::print);
    }

    void writeJson(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (Writer writer = Files.newBufferedWriter(file);
                JsonGenerator json = new JsonFactory().createGenerator(writer)) {
            json.writeStartArray();
            for (Row row : rows) {
                json.writeRaw('\n');
                json.writeStartObject();
                json.writeStringField("bench", row.bench());
                json.writeStringField("case", row.caseName());
                json.writeStringField("subject", row.subject());
                json.writeStringField("metric", row.metric());
                json.writeNumberField("value", row.value());
                json.writeStringField("unit", row.unit());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeRaw('\n');
        }
    }
}
