package io.rockpool.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.engine.LendingCases;
import io.rockpool.engine.SlotCases;
import io.rockpool.engine.WaitingCases;
import io.rockpool.jdbc.ChildrenCases;
import io.rockpool.jdbc.ConnectionCases;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The memory model and the real processor: each case on the engine's own classes, and a canary that must be caught. */
class JcstressTest {

    private static final Class<?>[] CASES = {
        LendingCases.class, SlotCases.class, WaitingCases.class, ConnectionCases.class, ChildrenCases.class
    };

    /** Short ones in {@code verify}; {@code -Pnight} has the full list of compilations and flags. */
    private static final String OPTIONS = System.getProperty("jcstress.options", Jcstress.QUICK);

    @Test
    void no_case_shows_a_forbidden_result() throws Exception {
        Jcstress.Outcome outcome = Jcstress.run("cases", OPTIONS, "Cases\\.(?!ClaimWithoutCas)", Duration.ofHours(6));
        assertThat(outcome.output()).doesNotContain("Observed forbidden state");
        assertThat(outcome.cases()).as("each case has results").isEqualTo(declared());
        assertThat(outcome.clean())
                .as(() -> "exit " + outcome.exit() + ", " + outcome.passed() + " passed of " + outcome.planned() + ", "
                        + outcome.errors() + " errors; see target/lanes/jcstress-cases.txt")
                .isTrue();
        System.out.println(
                "jcstress: " + outcome.cases().size() + " cases, " + outcome.planned() + " runs, 0 forbidden");
    }

    @Test
    void the_canary_is_caught() throws Exception {
        Jcstress.Outcome outcome =
                Jcstress.run("canary", Jcstress.QUICK, "CanaryCases\\.ClaimWithoutCas", Duration.ofMinutes(5));
        assertThat(outcome.forbidden())
                .as("a slot without its CAS is lent twice, and jcstress on this JDK sees it: " + outcome.output())
                .isTrue();
    }

    private static Set<String> declared() {
        Set<String> names = new TreeSet<>();
        for (Class<?> subject : CASES) {
            for (Class<?> nested : subject.getDeclaredClasses()) {
                if (Modifier.isPublic(nested.getModifiers())) {
                    names.add(nested.getCanonicalName());
                }
            }
        }
        return names;
    }
}
