package io.rockpool.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.rockpool.sqlite.doctor.DoctorReport;
import io.rockpool.sqlite.doctor.DoctorReport.Storage;
import io.rockpool.sqlite.doctor.DoctorReport.User;
import io.rockpool.sqlite.doctor.DoctorReport.Wal;
import io.rockpool.sqlite.doctor.Finding;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A doctor's report for programs. Every key is always there, null where nothing is known; scripts depend on them.
 *
 * <p>ASCII only: what moves a terminal's cursor leaves as an escape.
 */
final class DoctorJson {

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final JsonGenerator json;

    private DoctorJson(JsonGenerator json) {
        this.json = json;
    }

    /** One object, indented, with a line feed after it. */
    static String of(DoctorReport report) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            new DoctorJson(json).write(report);
        }
        return text + System.lineSeparator();
    }

    private void write(DoctorReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", report.file());
        json.writeNumberField("file_bytes", report.fileBytes());
        json.writeStringField("file_system", report.fileSystem());
        json.writeStringField("sqlite_version", report.sqliteVersion());
        json.writeStringField("driver_version", report.driverVersion());
        storage(report.storage());
        wal(report.wal());
        users("open_by", report.openBy());
        json.writeArrayFieldStart("findings");
        for (Finding finding : report.findings()) {
            finding(finding);
        }
        json.writeEndArray();
        json.writeBooleanField("clean", report.clean());
        json.writeEndObject();
    }

    private void storage(@Nullable Storage storage) throws IOException {
        text("journal_mode", storage == null ? null : storage.journalMode());
        number("page_size", storage == null ? null : storage.pageSize());
        number("pages", storage == null ? null : storage.pages());
        number("free_pages", storage == null ? null : storage.freePages());
        text("auto_vacuum", storage == null ? null : storage.autoVacuum());
        text("encoding", storage == null ? null : storage.encoding());
        number("user_version", storage == null ? null : storage.userVersion());
        number("application_id", storage == null ? null : storage.applicationId());
    }

    private void wal(Wal wal) throws IOException {
        json.writeObjectFieldStart("wal");
        json.writeNumberField("bytes", wal.bytes());
        number("frames", wal.frames());
        number("checkpointed", wal.checkpointed());
        users("readers", wal.readers());
        json.writeEndObject();
    }

    private void users(String name, List<User> users) throws IOException {
        json.writeArrayFieldStart(name);
        for (User user : users) {
            json.writeStartObject();
            json.writeNumberField("pid", user.pid());
            json.writeStringField("command", user.command());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void finding(Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        json.writeStringField("code", finding.code());
        json.writeStringField("message", finding.message());
        json.writeStringField("fix", finding.fix());
        json.writeArrayFieldStart("examples");
        for (String example : finding.examples()) {
            json.writeString(example);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void text(String name, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, value);
        }
    }

    private void number(String name, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }
}
