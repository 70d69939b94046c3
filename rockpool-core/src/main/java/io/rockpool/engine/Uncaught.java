package io.rockpool.engine;

/** Hands what no caller can receive to the thread's uncaught-exception handler, which prints it by default. */
final class Uncaught {
    private Uncaught() {}

    static void report(Throwable t) {
        Thread me = Thread.currentThread();
        try {
            me.getUncaughtExceptionHandler().uncaughtException(me, t);
        } catch (
                Throwable broken) { // a handler that fails, or no memory to print: the housekeeper goes on all the same
            t.addSuppressed(broken);
        }
    }
}
