package io.rockpool.engine;

import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs Lincheck on models, in a JVM of its own, as it rewrites the classes it looks at.
 *
 * <p>Arguments: scenarios, invocations of each, names of models. Exit: 0 nothing was found, 1 a model was found wrong, with
 * the order of steps printed, 2 it could not run. With {@code -Dlincheck.quick=true} what is found is not made shorter.
 */
public final class LincheckRun {

    public static final int CLEAN = 0;
    public static final int FOUND = 1;
    private static final int BROKEN = 2;
    private static final int OPERATIONS = 3;

    /** A stressed invocation takes microseconds, a model checked one milliseconds: more of them in the same time. */
    private static final int STRESSED = 20;

    /** A stress run needs no rewritten classes, so it must not vouch for them: the canary goes without. */
    private record Model(Class<?> subject, Class<?> specification, boolean stressed) {}

    private static final Map<String, Model> MODELS = Map.of(
            "table", new Model(SlotTableModel.class, SlotTableModel.Specification.class, true),
            "lending", new Model(LendingModel.class, LendingModel.Specification.class, true),
            "lifecycle", new Model(LifecycleModel.class, null, true),
            "canary", new Model(RacySlotModel.class, null, false));

    private LincheckRun() {}

    public static void main(String[] arguments) {
        int exit = BROKEN;
        try {
            exit = run(
                    Integer.parseInt(arguments[0]),
                    Integer.parseInt(arguments[1]),
                    List.of(arguments).subList(2, arguments.length));
        } catch (Throwable t) { // said, and told apart from a find
            t.printStackTrace();
        }
        System.exit(exit);
    }

    private static int run(int scenarios, int invocations, List<String> names) {
        for (String name : names) {
            Model model = MODELS.get(name);
            try {
                check("model checked", name, model, modelChecking(), scenarios, invocations);
                if (model.stressed) {
                    check("stressed", name, model, new StressOptions(), scenarios, invocations * STRESSED);
                }
            } catch (LincheckAssertionError found) {
                System.out.println(found.getMessage());
                return FOUND;
            }
        }
        return CLEAN;
    }

    /** {@link Headroom} only descends the stack: its hundred calls are no steps of a model. */
    private static ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions()
                .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(Headroom.class.getName())
                        .allMethods()
                        .ignore());
    }

    private static void check(
            String how, String name, Model model, Options<?, ?> options, int scenarios, int invocations) {
        long begun = System.nanoTime();
        options.threads(LendingModel.THREADS);
        options.actorsPerThread(OPERATIONS);
        options.actorsBefore(0);
        options.actorsAfter(0);
        options.iterations(scenarios);
        options.invocationsPerIteration(invocations);
        options.minimizeFailedScenario(!Boolean.getBoolean("lincheck.quick"));
        if (model.specification != null) {
            options.sequentialSpecification(model.specification);
        }
        options.check(model.subject);
        System.out.printf(
                "lincheck: %s, %d scenarios of %d invocations, %s in %d s: nothing found%n",
                name, scenarios, invocations, how, (System.nanoTime() - begun) / 1_000_000_000);
    }
}
