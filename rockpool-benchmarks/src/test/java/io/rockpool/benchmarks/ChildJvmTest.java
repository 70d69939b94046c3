package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.benchmarks.ChildJvm.Figure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static ChildJvm start(Duration limit, String... arguments) throws IOException {
        return ChildJvm.start(Program.class, List.of("-Xmx64m"), List.of(arguments), limit);
    }

    @Test
    void a_program_waits_for_its_start_and_reports_figures() throws Exception {
        try (ChildJvm jvm = start(LIMIT, "report", "2.5")) {
            jvm.awaitReady();
            jvm.begin();

            assertThat(jvm.figures())
                    .containsExactly(
                            Map.entry("given", new Figure(2.5, "ms")), Map.entry("twice", new Figure(5, "ms")));
        }
    }

    @Test
    void a_program_answers_each_order_with_the_figures_of_that_order() throws Exception {
        try (ChildJvm jvm = start(LIMIT, "answer")) {
            jvm.awaitReady();

            assertThat(jvm.ask("one 1.5")).containsExactly(Map.entry("one", new Figure(1.5, "ms")));
            assertThat(jvm.ask("two 2")).containsExactly(Map.entry("two", new Figure(2, "ms")));
        }
    }

    @Test
    void a_program_that_fails_is_told_with_what_it_printed() throws Exception {
        try (ChildJvm jvm = start(LIMIT, "fail")) {
            jvm.awaitReady();
            jvm.begin();

            assertThatThrownBy(jvm::figures)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'Program fail' ended with code 1")
                    .hasMessageContaining("IllegalStateException: as asked");
        }
    }

    @Test
    void a_program_that_hangs_is_ended_at_its_limit() throws Exception {
        try (ChildJvm jvm = start(Duration.ofSeconds(3), "hang")) {
            assertThatThrownBy(() -> {
                        jvm.awaitReady();
                        jvm.begin();
                        jvm.figures();
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("did not end in time");
        }
    }

    @Test
    void a_program_ends_with_its_parent() throws Exception {
        ProcessBuilder command = new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                "hang");
        Process process = command.redirectErrorStream(true).start();
        process.getOutputStream().close();

        assertThat(process.onExit().get(1, TimeUnit.MINUTES).exitValue()).isEqualTo(2);
    }

    /** Does what its first argument says. */
    static final class Program {

        private Program() {}

        public static void main(String[] arguments) {
            ChildProgram.run(arguments, (all, program) -> {
                if (all.get(0).equals("answer")) {
                    answer(program);
                }
                program.awaitStart();
                switch (all.get(0)) {
                    case "report" -> {
                        double given = Double.parseDouble(all.get(1));
                        program.figure("given", new Figure(given, "ms"));
                        program.figure("twice", new Figure(2 * given, "ms"));
                    }
                    case "fail" -> throw new IllegalStateException("as asked");
                    default -> new CountDownLatch(1).await();
                }
            });
        }

        private static void answer(ChildProgram program) throws InterruptedException {
            while (true) { // until the parent ends it
                String[] order = program.awaitOrder().split(" ", -1);
                program.figure(order[0], new Figure(Double.parseDouble(order[1]), "ms"));
            }
        }
    }
}
