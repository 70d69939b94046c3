package io.rockpool.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** What one call of the command line did: its exit code and what it wrote. */
record Invocation(int exitCode, String out, String err) {
    static Invocation of(String... arguments) {
        return in(Map.of(), arguments);
    }

    static Invocation in(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Rockpool.commandLine(environment)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return new Invocation(commandLine.execute(arguments), out.toString(), err.toString());
    }
}
