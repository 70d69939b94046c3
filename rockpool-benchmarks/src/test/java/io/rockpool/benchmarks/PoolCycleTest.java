package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a fork runs, once, in this JVM. */
class PoolCycleTest {

    @ParameterizedTest
    @CsvSource({
        "rockpool, false",
        "hikaricp, false",
        "agroal, false",
        "c3p0-safe, false",
        "rockpool, true",
        "hikaricp, true",
        "agroal, true"
    })
    void a_pool_serves_from_the_class_loader_asked_for(String subject, boolean childLoader) throws Exception {
        PoolCycle cycle = new PoolCycle();
        cycle.subject = subject;
        cycle.connections = 2;
        cycle.childLoader = childLoader;
        cycle.open();
        DataSource pool = cycle.pool();
        try {
            try (Connection closed = cycle.cycle()) {
                assertThat(closed.isClosed()).isTrue();
            }
            assertThat(cycle.statement()).isFalse();
            assertThat(pool.getClass().getClassLoader() != PoolCycle.class.getClassLoader())
                    .isEqualTo(childLoader);
        } finally {
            cycle.close();
        }
    }
}
