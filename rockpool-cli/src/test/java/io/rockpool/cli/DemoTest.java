package io.rockpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.examples.incentive.IncentiveService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoTest {
    private static final String TOKEN = "a-token-of-the-users-own";

    @TempDir
    Path directory;

    @Test
    void the_first_start_says_where_everything_is_and_shows_the_token() throws Exception {
        List<String> said = startAndStop(Map.of());
        assertThat(said).hasSize(4);
        assertThat(said.get(0)).matches("scoreboard: http://localhost:\\d+/");
        String address = said.get(0).substring("scoreboard: ".length());
        assertThat(said.get(1)).isEqualTo("data: " + address + "data");
        assertThat(said.get(2)).isEqualTo("pool statistics: " + address + "admin/connection_pool_stats");
        assertThat(said.get(3))
                .isEqualTo("admin token: " + Files.readString(tokenFile()).strip());
    }

    @Test
    void the_second_start_says_where_the_token_is_and_does_not_show_it() throws Exception {
        startAndStop(Map.of());
        List<String> said = startAndStop(Map.of());
        assertThat(said).hasSize(4);
        assertThat(said.get(3)).contains(tokenFile().toString(), "--new-token");
        assertThat(String.join("\n", said))
                .doesNotContain("admin token:", Files.readString(tokenFile()).strip());
    }

    @Test
    void a_new_token_is_shown_when_asked_for() throws Exception {
        String first = startAndStop(Map.of()).get(3);
        String second = startAndStop(Map.of(), "--new-token").get(3);
        assertThat(second)
                .startsWith("admin token: ")
                .isNotEqualTo(first)
                .endsWith(Files.readString(tokenFile()).strip());
    }

    @Test
    void a_token_from_the_environment_is_neither_shown_nor_stored() throws Exception {
        assertThat(startAndStop(Map.of(DemoToken.VARIABLE, TOKEN)))
                .hasSize(3)
                .noneMatch(line -> line.contains(TOKEN) || line.contains("token"));
        assertThat(tokenFile()).doesNotExist();
    }

    @Test
    void a_new_token_cannot_be_asked_for_where_the_environment_sets_it() {
        Invocation refused = Invocation.in(
                Map.of(DemoToken.VARIABLE, TOKEN),
                "demo",
                "--new-token",
                "--db",
                database().toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("--new-token", "unset").doesNotContain(TOKEN);
    }

    @Test
    void a_port_in_use_is_one_message_and_makes_no_token() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            assertCannotRun(demo(Map.of(), "--port", port, "--db", database().toString()), "port " + port, "choose");
        }
        assertThat(tokenFile()).doesNotExist();
    }

    @Test
    void a_port_out_of_range_is_one_message() {
        assertCannotRun(demo(Map.of(), "--port", "65536", "--db", database().toString()), "port 65536", "0 to 65535");
    }

    @Test
    void a_database_that_cannot_be_one_is_one_message() throws Exception {
        Path text = Files.writeString(directory.resolve("text.db"), "This is no database.".repeat(100));
        assertCannotRun(demo(Map.of(), "--port", "0", "--db", text.toString()), "--db " + text, "database");
        assertCannotRun(demo(Map.of(), "--port", "0", "--db", directory.toString()), "is a directory", "name a file");
        assertCannotRun(
                demo(Map.of(), "--port", "0", "--db", text.resolve("a.db").toString()),
                "its directory cannot be made",
                text.toString());
        assertThat(directory.resolve("text.db.token")).doesNotExist();
    }

    @Test
    void a_token_that_may_not_be_used_is_one_message_without_the_token() throws Exception {
        assertCannotRun(
                demo(
                        Map.of(DemoToken.VARIABLE, "short-secret"),
                        "--port",
                        "0",
                        "--db",
                        database().toString()),
                DemoToken.VARIABLE + ": the admin token has 12 characters");
        Files.writeString(tokenFile(), "short-secret\n");
        assertCannotRun(
                demo(Map.of(), "--port", "0", "--db", database().toString()),
                tokenFile().toString(),
                "--new-token");
        assertThat(database()).doesNotExist();
    }

    private static Invocation demo(Map<String, String> environment, String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "demo";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return Invocation.in(environment, arguments);
    }

    private static void assertCannotRun(Invocation failed, String... told) {
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err().lines()).hasSize(1);
        assertThat(failed.err()).startsWith("rockpool demo: ").contains(told).doesNotContain("short-secret");
    }

    /** What it says, in lines; call() itself would go on until a signal. */
    private List<String> startAndStop(Map<String, String> environment, String... options) throws Exception {
        Demo demo = new Demo(environment);
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--port", "0", "--db", database().toString()));
        new CommandLine(demo).parseArgs(arguments.toArray(String[]::new));
        StringWriter out = new StringWriter();
        try (IncentiveService service = demo.start(new PrintWriter(out))) {
            assertThat(out.toString()).contains("http://localhost:" + service.port() + "/");
        }
        return out.toString().lines().toList();
    }

    private Path database() {
        return directory.resolve("incentive.db");
    }

    private Path tokenFile() {
        return directory.resolve("incentive.db.token");
    }
}
