package io.rockpool.engine;

/** Hands what no caller can receive to the thread's uncaught-exception handler, which prints it by default. */
final class Uncaught {
    private Uncaught() {}

    /** Has the class loaded while there is memory for it. */
    static void load() {}

    static void report(Throwable t) {
        try {
            Thread me = Thread.currentThread();
            me.getUncaughtExceptionHandler().uncaughtException(me, t);
        } catch (
                Throwable broken) { // a handler that fails, or no memory to print: whoever reports goes on all the same
            Thread.onSpinWait();
        }
    }
}
