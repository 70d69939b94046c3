package io.rockpool.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PerformanceMetrics;
import io.rockpool.PoolStatistics;
import io.rockpool.Recommendation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/connection_pool_stats} shows of a pool at one moment.
 *
 * <p>Threads: immutable if its maps are.
 *
 * @param stats {@link PoolStatistics#toMap()}
 * @param metrics {@link PerformanceMetrics#toMap()} of the same statistics
 * @param recommendations the messages of {@link DatabaseConnectionPool#recommendations()}
 */
record PoolSnapshot(Map<String, Object> stats, Map<String, Object> metrics, List<String> recommendations) {

    // ASCII only: U+2028, bidi marks and the like leave as \\u escapes and do nothing in a log or a terminal.
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    static PoolSnapshot of(DatabaseConnectionPool pool) {
        PoolStatistics statistics = pool.statistics();
        return new PoolSnapshot(
                statistics.toMap(),
                PerformanceMetrics.of(statistics).toMap(),
                pool.recommendations().stream().map(Recommendation::message).toList());
    }

    byte[] toJson() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeBooleanField("success", true);
            writeField(json, "stats", stats);
            writeField(json, "performance_metrics", metrics);
            writeField(json, "recommendations", recommendations);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeField(JsonGenerator json, String name, @Nullable Object value) throws IOException {
        json.writeFieldName(name);
        writeValue(json, value);
    }

    private static void writeValue(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                writeField(json, String.valueOf(entry.getKey()), entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                writeValue(json, element);
            }
            json.writeEndArray();
        } else if (value instanceof Double number) {
            writeDouble(json, number);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else {
            json.writeString(value.toString());
        }
    }

    /** JSON has no NaN and no infinity: they become null, and the document stays readable. */
    private static void writeDouble(JsonGenerator json, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeNull();
        }
    }
}
