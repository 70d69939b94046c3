package io.rockpool.engine;

/**
 * Asks for stack before something is begun that must not stop half-way: a {@code StackOverflowError} then comes while
 * nothing has been taken yet. Above all before a lock: {@code ReentrantLock.lock()} may overflow on its way out, with the
 * lock taken and no one to release it.
 *
 * <p>Threads: any. Errors: {@code StackOverflowError}. Costs 2 ns a frame, so it is for slow paths only.
 * A frame takes 69 bytes compiled and 214 interpreted (JDK 17): what is asked for is enough when this is compiled and the step
 * below is not.
 */
public final class Headroom {

    /** What the engine itself needs below any step, interpreted or compiled: about 4 KB. */
    private static final int STEP = 64;
    /** The same and a driver's call: about 12 KB. */
    private static final int CALL = 192;

    private Headroom() {}

    /** For a step of the engine. */
    public static void forStep() {
        descend(STEP, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /** For a step that calls the driver as well. */
    public static void forCall() {
        descend(CALL, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /** The parameters only make the frames larger; the sum keeps the compiler from leaving them out. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return frames == 0 ? a : descend(frames - 1, b, c, d, e, f, g, h, a + b + c + h) + a - c * d + e - f + g * h;
    }
}
