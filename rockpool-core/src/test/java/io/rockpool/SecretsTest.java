package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** H9: a password is nowhere to be read, however a pool fails. */
class SecretsTest {

    private static final String CANARY = "c4n@ry s;cret";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch down = new CountDownLatch(1);
    private final TestSources sources = new TestSources();
    private PrintStream before;
    private Object level;

    @BeforeEach
    void listen() throws Exception {
        before = System.err;
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        level = logLevel(0);
    }

    @AfterEach
    void stopListening() throws Exception {
        System.setErr(before);
        logLevel(level);
    }

    /** slf4j-simple has no way to change a level later; this logger may have been made by an earlier test. */
    private static Object logLevel(Object to) throws Exception {
        Logger log = LoggerFactory.getLogger(DatabaseConnectionPool.class);
        Field field = log.getClass().getDeclaredField("currentLogLevel");
        field.setAccessible(true);
        Object was = field.get(log);
        field.set(log, to);
        return was;
    }

    private final PoolListener listener = new PoolListener() {
        @Override
        public void openFailed(String pool, Throwable failure, int attempt) {
            told.addAll(texts(failure));
        }

        @Override
        public void databaseDown(String pool, Throwable failure) {
            told.addAll(texts(failure));
            down.countDown();
        }

        @Override
        public void borrowFailed(String pool, PoolTimeoutException failure) {
            told.addAll(texts(failure));
        }
    };

    /** Everything a throwable says: itself, its causes, suppressed and next exceptions. */
    private static List<String> texts(Throwable top) {
        List<Throwable> all = new ArrayList<>(List.of(top));
        for (int i = 0; i < all.size() && i < 100; i++) {
            Throwable t = all.get(i);
            Stream<Throwable> more = Stream.concat(
                    Stream.of(t.getSuppressed()),
                    Stream.of(t.getCause(), t instanceof SQLException sql ? sql.getNextException() : null));
            more.filter(m -> m != null && !all.contains(m)).forEach(all::add);
        }
        return all.stream()
                .map(t -> t + " " + t.getMessage() + " " + t.getLocalizedMessage())
                .toList();
    }

    private static SQLException withEverything(SQLException e) {
        e.initCause(new RuntimeException("cause " + CANARY, new IllegalStateException("deeper " + CANARY)));
        e.setNextException(new SQLException("next " + CANARY));
        e.addSuppressed(new Exception("suppressed " + CANARY));
        return e;
    }

    private static Connection connectionFailingIn(String method) {
        return StubDriver.connection((proxy, called, arguments) -> {
            if (called.getName().equals(method)) {
                throw withEverything(new SQLException(method + " failed for " + CANARY));
            }
            return StubDriver.standard(called.getReturnType());
        });
    }

    private static Stream<Arguments> openings() {
        return Stream.of(
                opening("plain", () -> new SQLException("refused for " + CANARY)),
                opening("state", () -> new SQLException("refused for " + CANARY, "28P01", 1)),
                opening(
                        "authorization",
                        () -> new SQLInvalidAuthorizationSpecException("bad password " + CANARY, "28000")),
                opening("word", () -> new SQLException("password=" + CANARY + " refused")),
                opening("quoted", () -> new SQLException("{\"password\": \"" + CANARY + "\"}")),
                opening("url", () -> new SQLException("jdbc:x://app:" + CANARY + "@db/x?password=" + CANARY)),
                opening("twice", () -> new SQLException(CANARY + CANARY)),
                opening("no message", () -> new SQLException()),
                opening("everything", () -> withEverything(new SQLException("refused for " + CANARY))),
                opening("only beneath", () -> withEverything(new SQLException("refused"))),
                Arguments.of("a runtime exception", (StubDriver.Opening) (url, p) -> {
                    throw new IllegalStateException("broken: " + p, new RuntimeException(CANARY));
                }),
                Arguments.of("nothing opened", (StubDriver.Opening) (url, p) -> null));
    }

    private static Arguments opening(String name, Supplier<SQLException> failure) {
        return Arguments.of(name, (StubDriver.Opening) (url, p) -> {
            throw failure.get();
        });
    }

    /** The caller may have its exception before the pool has logged the failure. */
    private void assertNowhereOnceTold(Throwable failure) throws InterruptedException {
        assertThat(down.await(30, TimeUnit.SECONDS))
                .as("the listener heard of it")
                .isTrue();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .as("the log was listened to")
                .contains("pool 'rockpool'");
        assertNowhere(failure);
    }

    private void assertNowhere(Throwable failure) {
        assertThat(failure).isNotNull();
        assertThat(texts(failure)).noneMatch(text -> text.contains(CANARY));
        assertThat(told).noneMatch(text -> text.contains(CANARY));
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain(CANARY);
    }

    private PoolBuilder failing(String url) {
        return sources.builder()
                .url(url)
                .poolSize(1)
                .maxOverflow(0)
                .maxRetries(1)
                .poolTimeout(Duration.ofSeconds(5))
                .listener(listener);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("openings")
    void an_opening_that_fails_shows_no_password(String name, StubDriver.Opening opening) throws InterruptedException {
        PoolBuilder builder = failing(StubDriver.url("secrets " + name, opening))
                .username("app")
                .password(CANARY);
        assertNowhereOnceTold(catchThrowable(builder::build));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("openings")
    void nor_the_password_of_a_supplier(String name, StubDriver.Opening opening) throws InterruptedException {
        String url = StubDriver.url("supplied " + name, opening);
        assertNowhereOnceTold(catchThrowable(failing(url).username("app").passwordSupplier(() -> CANARY)::build));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("openings")
    void nor_a_driver_property(String name, StubDriver.Opening opening) throws InterruptedException {
        String url = StubDriver.url("property " + name, opening);
        assertNowhereOnceTold(catchThrowable(failing(url).driverProperty("trustStorePassword", CANARY)::build));
    }

    @Test
    void nor_the_password_of_the_url() throws InterruptedException {
        String secret = "canary7";
        String url = StubDriver.url("in-url", (u, p) -> {
            throw new SQLException("refused for " + secret + " at " + u, new RuntimeException(secret));
        });
        Throwable failure = catchThrowable(failing(url + "?user=app&password=" + secret)::build);
        assertThat(down.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(texts(failure)).noneMatch(text -> text.contains(secret));
        assertThat(told).noneMatch(text -> text.contains(secret));
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain(secret);
    }

    @Test
    void settings_that_are_wrong_show_no_password() {
        for (PoolBuilder builder : List.of(
                failing("jdbc:nobody://app:" + CANARY + "@db/x?password=" + CANARY),
                failing("jdbc:nobody:x;password={" + CANARY + "}").driverClassName(StubDriver.class.getName()),
                failing("jdbc:nobody:x").driverClassName("no.such.Driver"),
                failing("jdbc:oracle:thin:scott/" + CANARY + "@db"),
                failing(StubDriver.url("x")).poolSize(0),
                sources.builder())) {
            assertNowhere(catchThrowable(builder.password(CANARY)::build));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"getAutoCommit"})
    void a_connection_that_fails_at_once_shows_no_password(String method) throws InterruptedException {
        String url = StubDriver.url("at-once " + method, (u, p) -> connectionFailingIn(method));
        assertNowhereOnceTold(catchThrowable(failing(url).username("app").password(CANARY)::build));
    }

    @Test
    void a_pool_that_works_shows_no_password() throws SQLException {
        String url = StubDriver.url("works");
        try (DatabaseConnectionPool pool = failing(url + "?token=" + CANARY)
                        .username("app")
                        .password(CANARY)
                        .build();
                ConnectionWrapper connection = pool.getConnection()) {
            List<Object> shown = new ArrayList<>(Arrays.asList(
                    pool,
                    pool.config(),
                    pool.config().entries(),
                    pool.config().url(),
                    pool.statistics(),
                    pool.statistics().toMap(),
                    pool.performance(),
                    pool.recommendations(),
                    pool.leases(),
                    connection,
                    pool.name()));
            assertThat(shown).map(String::valueOf).noneMatch(text -> text.contains(CANARY));
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains(CANARY));
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("opened a connection")
                .doesNotContain(CANARY);
    }

    @Test
    void a_borrow_that_fails_later_shows_no_password() throws SQLException, InterruptedException {
        List<Integer> opened = new CopyOnWriteArrayList<>();
        String url = StubDriver.url("later", (u, p) -> {
            opened.add(1);
            if (opened.size() > 1) {
                throw withEverything(new SQLException("refused for " + CANARY, "28P01"));
            }
            return StubDriver.connection();
        });
        try (DatabaseConnectionPool pool =
                failing(url).username("app").password(CANARY).build()) {
            pool.evict();
            assertNowhereOnceTold(catchThrowable(pool::getConnection));
            assertThat(pool.statistics().failedConnections()).isPositive();
            assertThat(pool.toString() + pool.statistics().toMap() + pool.recommendations())
                    .doesNotContain(CANARY);
        }
    }
}
