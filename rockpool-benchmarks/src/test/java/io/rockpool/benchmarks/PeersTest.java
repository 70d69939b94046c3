package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each subject serves and goes, and the table in {@link Peers} tells the truth about unfinished work. */
class PeersTest {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @BeforeAll
    static void registerDrivers() throws SQLException {
        StubDriver.register();
        WatchingDriver.register();
    }

    static List<String> names() {
        return Peers.names();
    }

    @Test
    void every_peer_is_there_as_it_comes_and_made_safe() {
        assertThat(Peers.names())
                .startsWith("rockpool", "hikaricp", "agroal")
                .hasSize(13)
                .doesNotHaveDuplicates()
                .contains("dbcp2", "tomcat", "c3p0", "vibur", "hikaricp-safe", "vibur-safe");
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_subject_serves_and_leaves_no_thread(String subject) throws Exception {
        Set<Thread> before = threads();
        try (OpenPool pool = Peers.open(subject, new Shape(StubDriver.URL, 2, 4, Duration.ofSeconds(5)))) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Connection connection = pool.dataSource().getConnection();
                try (PreparedStatement statement = connection.prepareStatement("select 1")) {
                    statement.execute();
                }
                all.add(connection);
            }
            for (Connection connection : all) {
                connection.close();
            }
            try (Connection again = pool.dataSource().getConnection()) {
                assertThat(again.isClosed()).isFalse();
            }
        }

        long start = System.nanoTime();
        Set<Thread> left = left(before);
        while (!left.isEmpty() && System.nanoTime() - start < DEADLINE.toNanos()) {
            LockSupport.parkNanos(10_000_000);
            left = left(before);
        }
        assertThat(left).as("threads of " + subject).isEmpty();
    }

    private static Set<Thread> left(Set<Thread> before) {
        Set<Thread> left = threads();
        left.removeAll(before);
        return left;
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "rockpool, ROLLED_BACK",
        "hikaricp, ROLLED_BACK",
        "hikaricp-safe, ROLLED_BACK",
        "agroal, COMMITTED",
        "agroal-safe, COMMITTED",
        "dbcp2, ROLLED_BACK",
        "dbcp2-safe, ROLLED_BACK",
        "tomcat, LENT_ON",
        "tomcat-safe, COMMITTED",
        "c3p0, ROLLED_BACK",
        "c3p0-safe, ROLLED_BACK",
        "vibur, LENT_ON",
        "vibur-safe, COMMITTED"
    })
    void unfinished_work_ends_as_the_table_says(String subject, WatchingDriver.Outcome outcome) throws Exception {
        String url = WatchingDriver.URL + "transaction-" + subject;
        try (OpenPool pool = Peers.open(subject, Shape.fixed(url, 1))) {
            try (Connection connection = pool.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (PreparedStatement statement = connection.prepareStatement("insert into t values (1)")) {
                    statement.execute();
                }
            }
            try (Connection next = pool.dataSource().getConnection();
                    PreparedStatement statement = next.prepareStatement("select 1")) {
                statement.execute();
                assertThat(WatchingDriver.watch(url).outcome()).isEqualTo(outcome);
            }
        }
    }

    /** As the table says, too; Vibur validates after 5 s as it comes, which is too long to wait for here. */
    @Test
    void what_was_idle_is_validated_before_the_loan_where_the_table_says_so() throws Exception {
        Map<String, OpenPool> pools = new LinkedHashMap<>();
        Map<String, Integer> validations = new LinkedHashMap<>();
        try {
            for (String subject : Peers.names()) {
                pools.put(subject, Peers.open(subject, Shape.fixed(idleUrl(subject), 1)));
                borrow(pools, subject);
            }
            long idleSince = System.nanoTime();
            while (System.nanoTime() - idleSince < Duration.ofMillis(2_500).toNanos()) {
                LockSupport.parkNanos(10_000_000); // the peers have clocks of their own
            }
            for (String subject : pools.keySet()) {
                int before = WatchingDriver.watch(idleUrl(subject)).validations();
                borrow(pools, subject);
                validations.put(subject, WatchingDriver.watch(idleUrl(subject)).validations() - before);
            }
        } finally {
            pools.values().forEach(OpenPool::close);
        }

        for (String subject : Peers.names()) {
            if (List.of("agroal", "tomcat", "c3p0").contains(subject)) {
                assertThat(validations.get(subject)).as(subject).isZero();
            } else if (!subject.equals("vibur")) {
                assertThat(validations.get(subject)).as(subject).isOne();
            }
        }
    }

    private static String idleUrl(String subject) {
        return WatchingDriver.URL + "idle-" + subject;
    }

    private static void borrow(Map<String, OpenPool> pools, String subject) throws SQLException {
        try (Connection connection = pools.get(subject).dataSource().getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void an_unknown_subject_is_refused() {
        for (String name : List.of("hikari", "rockpool-safe", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Peers.open(name, Shape.fixed(StubDriver.URL, 1)))
                    .withMessageContaining("'" + name + "'")
                    .withMessageContaining("agroal-safe");
        }
    }
}
