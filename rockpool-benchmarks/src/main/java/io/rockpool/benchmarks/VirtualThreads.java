package io.rockpool.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadFactory;

/** Virtual threads, from JDK 21 on; found by name, as the code is for Java 17. Threads: any. */
final class VirtualThreads {

    private static final int SINCE = 21;

    private VirtualThreads() {}

    static boolean exist() {
        return Runtime.version().feature() >= SINCE;
    }

    /** Makes virtual threads. Errors: {@link UnsupportedOperationException} before JDK 21. */
    static ThreadFactory factory() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
        } catch (NoSuchMethodException | ClassNotFoundException e) {
            throw new UnsupportedOperationException("this JDK has no virtual threads: " + Runtime.version(), e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads cannot be made", e);
        }
    }
}
