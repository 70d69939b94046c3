package io.rockpool.benchmarks;

import io.rockpool.DatabaseConnectionPool;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The subjects of a comparison: Rockpool and its peers as they come, and the peers with as much of Rockpool's safety as
 * they have ({@code -safe}). As they come: only size, URL and timeout are set.
 *
 * <p>What {@code -safe} sets. Validation: before the loan, of a connection idle for 500 ms. Leak: a loan over 60 s is
 * reported. "Default" is there without asking, in both. "None" cannot be had. Statistics: HikariCP gets a tracker,
 * Agroal's are switched on, the others always count; Vibur queries alone.
 *
 * <pre>
 *           validation                leak                    unfinished work         state reset
 * hikaricp  default                   stack a borrow          default: rolled back    default
 * agroal    set                       set                     none: COMMITTED         default
 * dbcp2     before every loan         stack a borrow; takes   default: rolled back    auto-commit, read-only;
 *           (default)                 the connection away                             not isolation
 * tomcat    500 ms after the last     stack a borrow          none: COMMITTED         auto-commit, read-only;
 *           one, idle or not                                                          not isolation
 * c3p0      before every loan         stack a borrow; takes   default: rolled back    default
 *                                     the connection away
 * vibur     idle for 1 s (its least)  none                    none: COMMITTED         auto-commit, read-only;
 *                                                                                     not isolation
 * </pre>
 *
 * <p>Source: the peers' code; docs/benchmarks/peers.md. {@code PeersTest} holds the columns on validation and unfinished
 * work.
 */
final class Peers {

    static final String SAFE = "-safe";

    /** As Rockpool's default. */
    static final Duration VALIDATION_WINDOW = Duration.ofMillis(500);

    /** As Rockpool's default. */
    static final Duration LEAK_THRESHOLD = Duration.ofSeconds(60);

    private static final List<String> AS_THEY_COME =
            List.of(Report.HIKARICP, Report.AGROAL, "dbcp2", "tomcat", "c3p0", "vibur");

    private Peers() {}

    /** Every subject: Rockpool, the peers as they come, the peers made safe. */
    static List<String> names() {
        return Stream.of(
                        Stream.of(Report.ROCKPOOL),
                        AS_THEY_COME.stream(),
                        AS_THEY_COME.stream().map(peer -> peer + SAFE))
                .flatMap(names -> names)
                .toList();
    }

    /** Opens a pool; its connections may come later, with the first borrows. */
    static OpenPool open(String subject, Shape shape) throws SQLException {
        boolean safe = subject.endsWith(SAFE);
        return switch (safe ? subject.substring(0, subject.length() - SAFE.length()) : subject) {
            case Report.HIKARICP -> HikariPeer.open(shape, safe);
            case Report.AGROAL -> AgroalPeer.open(shape, safe);
            case "dbcp2" -> Dbcp2Peer.open(shape, safe);
            case "tomcat" -> TomcatPeer.open(shape, safe);
            case "c3p0" -> C3p0Peer.open(shape, safe);
            case "vibur" -> ViburPeer.open(shape, safe);
            case Report.ROCKPOOL -> rockpool(subject, shape);
            default -> throw unknown(subject);
        };
    }

    /** With everything on, as it comes. A fixed size has no overflow: else it had more connections than its peers. */
    private static OpenPool rockpool(String subject, Shape shape) throws SQLException {
        if (!subject.equals(Report.ROCKPOOL)) {
            throw unknown(subject);
        }
        DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .url(shape.url())
                .poolSize(shape.minimumIdle())
                .maxOverflow(shape.most() - shape.minimumIdle())
                .poolTimeout(shape.timeout())
                .build();
        return OpenPool.of(pool, pool::close);
    }

    private static IllegalArgumentException unknown(String subject) {
        return new IllegalArgumentException(
                "no pool is called '" + subject + "'; known are " + String.join(", ", names()));
    }
}
