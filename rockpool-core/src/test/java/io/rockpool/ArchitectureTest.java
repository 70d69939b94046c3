package io.rockpool;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How core is cut: who may know whom, and what is public. */
@AnalyzeClasses(packages = "io.rockpool", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** {@code public} is forever: a type is added here by decision. */
    private static final List<String> PUBLIC_TYPES = List.of(
            "ConnectionWrapper",
            "DatabaseConnection",
            "DatabaseConnection$Task",
            "DatabaseConnection$Work",
            "DatabaseConnectionPool",
            "InvalidPoolConfigException",
            "Lane",
            "LaneStatistics",
            "LeaseInfo",
            "PerformanceMetrics",
            "PoolBean",
            "PoolBuilder",
            "PoolConfig",
            "PoolConfig$Entry",
            "PoolListener",
            "PoolStatistics",
            "PoolTimeoutException",
            "PoolTimeoutException$Reason",
            "Recommendation");

    @ArchTest
    static final ArchRule packages_never_import_in_a_circle =
            slices().matching("io.rockpool.(**)").should().beFreeOfCycles();

    /** The rule above has no slice for the root package, so that its circles are found by direction. */
    @ArchTest
    static final ArchRule nothing_below_knows_the_api = noClasses()
            .that()
            .resideInAnyPackage("io.rockpool.engine..", "io.rockpool.jdbc..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rockpool");

    @ArchTest
    static final ArchRule the_engine_knows_java_alone = classes()
            .that()
            .resideInAPackage("io.rockpool.engine..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.rockpool.engine..", "java.lang..", "java.util..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule the_engine_knows_no_jdbc = noClasses()
            .that()
            .resideInAPackage("io.rockpool.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "io.rockpool.jdbc..");

    @ArchTest
    static final ArchRule core_needs_slf4j_alone = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.rockpool..",
                    "java.lang..",
                    "java.util..",
                    "java.sql..",
                    "javax.sql..",
                    "java.time..",
                    "java.io..",
                    "java.nio..",
                    "java.net",
                    "java.math",
                    "org.slf4j",
                    "org.jspecify.annotations");

    @ArchTest
    static final ArchRule only_the_api_logs = noClasses()
            .that()
            .resideOutsideOfPackage("io.rockpool")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.slf4j..");

    /** S15. The delegates pass serialised-free JDBC types on; what is read back would bypass every check. */
    @ArchTest
    static final ArchRule only_exceptions_and_enums_are_serializable = classes()
            .that()
            .areAssignableTo(Serializable.class)
            .should()
            .beAssignableTo(Throwable.class)
            .orShould()
            .beEnums();

    @ArchTest
    static final ArchRule no_object_streams_jndi_or_scripts = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.io\\.Object(In|Out)putStream|java\\.rmi\\..*|javax\\.(naming|script|management|xml)\\..*");

    @ArchTest
    static final ArchRule no_finalizers =
            noMethods().should().haveName("finalize").orShould().haveRawReturnType(Cleaner.class);

    /** Virtual threads come by the million, and a redeploy would leave its class loader behind. */
    @ArchTest
    static final ArchRule no_thread_locals = noClasses()
            .should()
            .dependOnClassesThat(com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(ThreadLocal.class));

    /** Locks of ours are private; and a virtual thread that waits for a monitor pins its carrier before JDK 24. */
    @ArchTest
    static final ArchRule no_monitors_in_the_api = noMethods()
            .that()
            .areDeclaredInClassesThat(resideInAPackage("io.rockpool"))
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule public_methods_hold_no_monitor =
            noMethods().that().arePublic().should().haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule nothing_prints = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule nothing_logs_past_slf4j = noClasses()
            .that()
            .doNotHaveSimpleName("DatabaseConnectionPool") // CommonDataSource.getParentLogger
            .and()
            .doNotHaveSimpleName("ReadOnlyDataSource")
            .and()
            .resideInAPackage("io.rockpool..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging");

    @ArchTest
    static final ArchRule nothing_sleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule the_engine_asks_one_clock = noClasses()
            .that()
            .resideInAPackage("io.rockpool.engine")
            .and()
            .doNotHaveSimpleName("JvmPlatform")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule no_public_fields = noFields()
            .that()
            .areNotStatic()
            .and()
            .doNotHaveFullName("io.rockpool.engine.SlotFields.word") // for catches that have no stack to call
            .and()
            .doNotHaveFullName("io.rockpool.engine.SlotFields.lost")
            .and()
            .doNotHaveFullName("io.rockpool.jdbc.PooledConnection.slot")
            .and()
            .doNotHaveFullName("io.rockpool.jdbc.PooledConnection.ticket")
            .should()
            .bePublic();

    @ArchTest
    static final ArchRule loggers_are_private_constants = fields().that()
            .haveRawType("org.slf4j.Logger")
            .should()
            .bePrivate()
            .andShould()
            .beStatic()
            .andShould()
            .beFinal();

    @ArchTest
    static final ArchRule packages_are_named_by_subject =
            noClasses().should().resideInAnyPackage("..util..", "..common..", "..helper..", "..misc..", "..impl..");

    @ArchTest
    static final ArchRule every_api_method_of_the_bean_is_a_setter = methods()
            .that()
            .areDeclaredIn(PoolBean.class)
            .and()
            .arePublic()
            .should()
            .haveNameStartingWith("set");

    @ArchTest
    static void the_public_types_are_these(JavaClasses classes) {
        TreeSet<String> visible = classes.stream()
                .filter(c -> c.getPackageName().equals("io.rockpool"))
                .filter(ArchitectureTest::isVisible)
                .map(c -> c.getName().substring("io.rockpool.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(visible).containsExactlyElementsOf(PUBLIC_TYPES);
    }

    /** Public, and in nothing that is not. */
    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    /** An import that finds nothing would pass every rule above. */
    @ArchTest
    static void all_three_packages_are_looked_at(JavaClasses classes) {
        assertThat(classes.stream().map(JavaClass::getPackageName))
                .contains("io.rockpool", "io.rockpool.engine", "io.rockpool.jdbc");
    }
}
