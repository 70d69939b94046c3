package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogManager;

/**
 * The inner side of a {@link ChildJvm}: says that it is ready, waits for an order, reports figures, and ends with its
 * parent.
 *
 * <p>Threads: the main thread of the JVM, and one that watches the parent.
 */
final class ChildProgram {

    static final String READY = "@ready";
    static final String FIGURE = "@figure ";

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int ORPHAN = 2;

    /** What the program does. */
    interface Work {
        void run(List<String> arguments, ChildProgram program) throws Exception;
    }

    private final PrintStream out;
    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

    private ChildProgram(PrintStream out) {
        this.out = out;
    }

    /** Does the work and ends the JVM, whatever threads a pool may have left. */
    static void run(String[] arguments, Work work) {
        LogManager.getLogManager()
                .reset(); // what pools log through java.util.logging takes time and tells nothing here
        ChildProgram program = new ChildProgram(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        Thread watch = new Thread(program::watchParent, "watch-parent");
        watch.setDaemon(true);
        watch.start();
        int code = FAILED;
        try {
            work.run(Arrays.asList(arguments), program);
            code = DONE;
        } catch (Throwable t) { // whatever it is, the parent prints it
            t.printStackTrace(System.out);
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    /** Says that it is ready, and waits until the parent lets it begin. */
    void awaitStart() throws InterruptedException {
        awaitOrder();
    }

    /** Says that it is ready, which also ends the answer to the order before, and waits for an order. */
    String awaitOrder() throws InterruptedException {
        out.println(READY);
        return orders.take();
    }

    /** A line of the parent is an order; its end closes this JVM's input, which ends this JVM. */
    private void watchParent() {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                orders.add(line);
            }
        } catch (IOException e) {
            out.println("the parent cannot be read: " + e);
        }
        Runtime.getRuntime().halt(ORPHAN);
    }

    void figure(String name, Figure figure) {
        out.println(FIGURE + name + " " + String.format(Locale.ROOT, "%.6f", figure.value()) + " " + figure.unit());
    }
}
