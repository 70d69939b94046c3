package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarksTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void an_unknown_name_is_refused_with_the_known_ones() {
        int code = Benchmarks.run("orgin", List.of(), true, null, null, print(out), print(err));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("'orgin'", "cycle, down, mixed, origin, read, spike, write");
        assertThat(out.size()).isZero();
    }

    @Test
    void an_unknown_case_is_refused_with_the_known_ones() {
        int code = Benchmarks.run("origin", List.of("single", "t3"), true, null, null, print(out), print(err));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo("the benchmark 'origin' has no case 't3'; known are single, concurrent");
        assertThat(out.size()).isZero();
    }

    @Test
    void every_known_name_has_a_benchmark() {
        assertThat(Benchmarks.names())
                .containsExactly("cycle", "down", "mixed", "origin", "read", "spike", "write")
                .allSatisfy(name -> assertThat(Benchmarks.named(name)).isNotNull());
    }

    @Test
    void the_json_is_an_array_of_rows(@TempDir Path folder) throws Exception {
        Report report = new Report("origin", print(out));
        report.add("single", "rockpool", "mean_us", 5.25, "us");
        report.add("concurrent", "a \"quoted\" subject", "ops_per_s", 190_000, "ops/s");
        Path json = folder.resolve("new/folder/figures.json");

        report.writeJson(json);

        assertThat(Files.readString(json).replace("\n", ""))
                .isEqualTo("[{\"bench\":\"origin\",\"case\":\"single\",\"subject\":\"rockpool\",\"metric\":\"mean_us\","
                        + "\"value\":5.25,\"unit\":\"us\"},"
                        + "{\"bench\":\"origin\",\"case\":\"concurrent\",\"subject\":\"a \\\"quoted\\\" subject\","
                        + "\"metric\":\"ops_per_s\",\"value\":190000.0,\"unit\":\"ops/s\"}]");
    }

    @Test
    void a_spread_is_the_median_and_the_ends() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0, 5.0))).isEqualTo(new Spread(4.5, 1, 9));
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }
}
