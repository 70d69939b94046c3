package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncentiveServiceTest {
    @TempDir
    Path directory;

    @Test
    void the_scoreboard_shows_rank_name_role_score_and_share_without_anything_from_elsewhere() throws Exception {
        try (IncentiveService service = start()) {
            HttpResponse<String> page = new Caller(service).asBrowser().get("/");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("default-src 'none';")
                    .doesNotContain("unsafe", "http");
            assertThat(page.body())
                    .contains("<h1>Employee incentives</h1>", "<caption", "<th scope=\"row\">Elif Yılmaz</th>")
                    // 30 % of $5,000.00 for the warehouse, 65 of its 218 points.
                    .contains("<td>Warehouse</td><td class=\"number\">65</td><td class=\"number\">$447.24</td>")
                    .doesNotContain("http:", "https:", "<style", "onclick", "style=");
            for (String file : List.of("/style.css", "/scoreboard.js", "/icon.svg")) {
                assertThat(page.body() + "/icon.svg").contains(file);
                HttpResponse<String> answer = new Caller(service).get(file);
                assertThat(answer.statusCode()).as(file).isEqualTo(200);
                assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                        .hasValue("nosniff");
            }
        }
    }

    @Test
    void data_is_the_scoreboard_as_json() throws Exception {
        try (IncentiveService service = start()) {
            HttpResponse<String> data = new Caller(service).get("/data");
            assertThat(data.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
            assertThat(data.body())
                    .startsWith("{\"title\":\"Employee incentives\",\"employees\":[{\"id\":5,\"rank\":1,")
                    .contains("\"pot\":{\"sales\":125000,\"bonus_percent\":4,\"cents\":500000}")
                    .endsWith("\"voting\":{\"open\":false,\"session\":null,\"started_at\":null,\"votes\":0}}");
        }
    }

    @Test
    void shares_never_add_up_to_more_than_the_pot() throws Exception {
        try (IncentiveService service = start()) {
            Scoreboard board = Scoreboard.read(service.pool());
            long shared = board.standings().stream()
                    .mapToLong(Scoreboard.Standing::shareCents)
                    .sum();
            assertThat(shared)
                    .isBetween(
                            board.settings().potCents() - board.standings().size(),
                            board.settings().potCents());
        }
    }

    @Test
    void a_name_with_markup_is_shown_as_text() throws Exception {
        try (IncentiveService service = start()) {
            Caller manager = new Caller(service).signedIn();
            String name = "<script>alert(\"1\")</script>";
            assertThat(manager.post("/manage/employees", "name", name, "code", "XSS", "role", "Driver")
                            .statusCode())
                    .isEqualTo(200);
            manager.asBrowser().post("/vote/start");
            for (String path : List.of("/", "/vote", "/manage")) {
                assertThat(manager.get(path).body())
                        .as(path)
                        .contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;")
                        .doesNotContain("<script>alert");
            }
        }
    }

    @Test
    void the_pools_admin_endpoint_is_beside_it_and_asks_for_the_token() throws Exception {
        try (IncentiveService service = start()) {
            Caller caller = new Caller(service);
            assertThat(caller.get("/admin/connection_pool_stats").statusCode()).isEqualTo(401);
            HttpResponse<String> stats = caller.send(
                    caller.request("/admin/connection_pool_stats").header("Authorization", "Bearer " + Caller.TOKEN));
            assertThat(stats.statusCode()).isEqualTo(200);
            assertThat(stats.body()).startsWith("{");
        }
    }

    @Test
    void what_does_not_exist_is_said_in_the_callers_format() throws Exception {
        try (IncentiveService service = start()) {
            HttpResponse<String> program = new Caller(service).get("/nothing");
            assertThat(program.statusCode()).isEqualTo(404);
            assertThat(program.body()).isEqualTo("{\"error\":\"There is no GET /nothing; start at /.\"}");
            HttpResponse<String> browser = new Caller(service).asBrowser().get("/nothing");
            assertThat(browser.statusCode()).isEqualTo(404);
            assertThat(browser.body()).contains("<h1>That did not work</h1>", "There is no GET /nothing");
            assertThat(browser.headers().firstValue("Content-Security-Policy")).isPresent();
            assertThat(new Caller(service).post("/data").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws Exception {
        try (IncentiveService service = start()) {
            Caller caller = new Caller(service);
            HttpResponse<String> answer = caller.send(caller.request("/vote")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"voter\":\"" + "A".repeat(100_000) + "\"}")));
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body()).contains("at most 65536 bytes");
        }
    }

    @Test
    void a_second_start_goes_on_with_the_same_data() throws Exception {
        try (IncentiveService service = start()) {
            Caller manager = new Caller(service).signedIn();
            manager.post("/manage/adjust", "employee_id", 1, "delta", 30, "reason", "saved the day");
            manager.post("/vote/start");
        }
        try (IncentiveService service = start()) {
            assertThat(new Caller(service).get("/data").body())
                    .contains("\"name\":\"Amara Okafor\",\"role\":\"Driver\",\"score\":92", "\"open\":true");
        }
    }

    @Test
    void a_port_in_use_is_named_and_nothing_is_left_behind() throws Exception {
        Set<Thread> before = threads();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> IncentiveService.start(port, database(), Caller.TOKEN))
                    .isInstanceOf(BindException.class)
                    .hasMessageContainingAll("port " + port, "must be free on 127.0.0.1", "choose another port");
        }
        Set<Thread> left = threads();
        left.removeAll(before);
        for (Thread thread : left) {
            thread.join(5_000);
        }
        assertThat(left).noneMatch(Thread::isAlive);
        start().close();
    }

    @Test
    void arguments_that_cannot_work_are_refused_before_anything_is_opened() {
        assertThatThrownBy(() -> IncentiveService.start(65_536, database(), Caller.TOKEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("port 65536", "from 0 to 65535", "choose one such as 8080");
        assertThatThrownBy(() -> IncentiveService.start(0, database(), "short"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Files.exists(database())).isFalse();
    }

    @Test
    void after_close_no_one_listens_and_a_second_close_does_nothing() throws Exception {
        IncentiveService service = start();
        Caller caller = new Caller(service);
        assertThat(caller.get("/data").statusCode()).isEqualTo(200);
        service.close();
        service.close();
        assertThatThrownBy(() -> caller.get("/data")).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> Scoreboard.read(service.pool())).isInstanceOf(Exception.class);
    }

    @Test
    void a_request_that_has_begun_is_answered_before_the_pool_closes() throws Exception {
        // test                     manager                    closer
        // hold the writer
        //                          adjust (waits for it)
        //                                                     close (refuses new callers, waits for the adjust)
        // let go
        //                          200
        //                                                     done
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (IncentiveService service = start()) {
            Caller manager = new Caller(service).signedIn();
            Future<?> holder = threads.submit(() -> {
                DatabaseConnection.run(service.pool(), conn -> {
                    Sql.change(conn, "UPDATE employees SET name = 'Held' WHERE id = 12");
                    held.countDown();
                    letGo.await();
                });
                return null;
            });
            held.await();
            Future<HttpResponse<String>> adjusted = threads.submit(
                    () -> manager.post("/manage/adjust", "employee_id", 1, "delta", 1, "reason", "in flight"));
            awaitThreadIn("adjust");
            Future<?> closer = threads.submit(service::close);
            awaitThreadIn("stop");
            letGo.countDown();

            assertStatus(200, adjusted.get());
            closer.get();
            holder.get();
        } finally {
            letGo.countDown();
            threads.shutdownNow();
        }
        try (IncentiveService service = start()) {
            assertThat(Caller.number(service, "SELECT score FROM employees WHERE id = 1"))
                    .isEqualTo(63);
        }
    }

    @Test
    void concurrent_votes_and_adjustments_are_all_counted_exactly() throws Exception {
        int threads = 8;
        int rounds = 100;
        try (IncentiveService service = start()) {
            Caller manager = new Caller(service).signedIn();
            addTargets(service, rounds);
            long historyBefore = Caller.number(service, "SELECT COUNT(*) FROM score_history");
            manager.post("/vote/start");

            // Each thread is one voter; all of them vote for the same hundred, and all of them adjust employee 1.
            List<String> voters = List.of("AOK", "BLI", "CME", "DVO", "EYI", "FHA", "GON", "HTA");
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            try {
                List<Future<?>> done = new ArrayList<>();
                for (String voter : voters) {
                    done.add(pool.submit(() -> {
                        for (int i = 0; i < rounds; i++) {
                            assertStatus(
                                    201, manager.post("/vote", "voter", voter, "employee_id", 1_000 + i, "value", 1));
                            assertStatus(
                                    200, manager.post("/manage/adjust", "employee_id", 1, "delta", 1, "reason", voter));
                        }
                        return null;
                    }));
                }
                for (Future<?> one : done) {
                    one.get();
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(Caller.number(service, "SELECT score FROM employees WHERE id = 1"))
                    .isEqualTo(62 + threads * rounds);
            assertStatus(200, manager.post("/vote/close"));

            assertThat(Caller.number(service, "SELECT COUNT(*) FROM employees WHERE id >= 1000 AND score = 16"))
                    .isEqualTo(rounds);
            assertThat(Caller.number(service, "SELECT COUNT(*) FROM votes")).isEqualTo(threads * rounds);
            assertThat(Caller.number(service, "SELECT COUNT(*) FROM score_history"))
                    .isEqualTo(historyBefore + threads * rounds + rounds);
            assertThat(Caller.scoresWithoutHistory(service)).isZero();
        }
    }

    private static void addTargets(IncentiveService service, int count) throws Exception {
        DatabaseConnection.run(service.pool(), conn -> {
            for (int i = 0; i < count; i++) {
                int id = 1_000 + i;
                Sql.change(
                        conn,
                        "INSERT INTO employees (id, name, code, role_id) VALUES (?, ?, ?, 1)",
                        id,
                        "Target " + id,
                        "T" + id);
            }
        });
    }

    /** Returns when some thread is inside a method of this name of the service or of Javalin; fails after 10 s. */
    private static void awaitThreadIn(String method) {
        long start = System.nanoTime();
        while (Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .noneMatch(frame -> frame.getMethodName().equals(method)
                        && (frame.getClassName().startsWith("io.rockpool.examples")
                                || frame.getClassName().equals("io.javalin.Javalin")))) {
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
            Thread.yield();
        }
    }

    private static void assertStatus(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("HttpClient")) // the test's own
                .collect(Collectors.toSet());
    }

    private IncentiveService start() throws Exception {
        return IncentiveService.start(0, database(), Caller.TOKEN);
    }

    /** In a directory that the service has to make. */
    private Path database() {
        return directory.resolve("data").resolve("incentive.db");
    }
}
