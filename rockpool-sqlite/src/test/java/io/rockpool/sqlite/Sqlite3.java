package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Another process with the file open: the {@code sqlite3} command line, told what to do statement by statement.
 *
 * <p>Threads: one at a time. {@code ./rockpool test} installs the tool where it is missing.
 */
final class Sqlite3 implements AutoCloseable {

    private final Process process;
    private final Writer in;
    private final BufferedReader out;
    private int asked;

    /** Waits 30 s for a lock of others, at each statement. */
    Sqlite3(Path file) throws IOException {
        try {
            process = new ProcessBuilder("sqlite3", "-batch", "-cmd", ".timeout 30000", file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new IOException("this test needs the sqlite3 command line; on Debian: apt-get install sqlite3", e);
        }
        in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Has it run, without waiting for its end. */
    void say(String sql) throws IOException {
        in.write(sql + ";\n");
        in.flush();
    }

    /** Has it run, and gives what it answered since the last time, errors too. */
    String ask(String sql) throws IOException {
        String end = "answered " + ++asked;
        in.write(sql + ";\n.print " + end + "\n");
        in.flush();
        StringBuilder answer = new StringBuilder();
        for (String line = out.readLine(); !end.equals(line); line = out.readLine()) {
            assertThat(line).as("sqlite3 has ended").isNotNull();
            answer.append(answer.isEmpty() ? "" : "\n").append(line);
        }
        return answer.toString();
    }

    /** For what answers nothing. */
    void run(String... statements) throws IOException {
        for (String sql : statements) {
            assertThat(ask(sql)).as(sql).isEmpty();
        }
    }

    /** Ends it in the midst of whatever it does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
