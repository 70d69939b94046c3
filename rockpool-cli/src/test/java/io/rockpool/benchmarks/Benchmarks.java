package io.rockpool.benchmarks;

import java.nio.file.Path;
import java.util.List;

/** Stands for the module's entry of this name, which is not on this class path. */
public final class Benchmarks {
    public static final int EXIT_CODE = 7;

    private static volatile String lastRun = "";

    private Benchmarks() {}

    public static List<String> names() {
        return List.of("origin", "broken");
    }

    public static int run(String name, List<String> only, boolean quick, Path json, Path svg) {
        if (name.equals("broken")) {
            throw new IllegalStateException("this benchmark is broken");
        }
        lastRun = name + " " + only + " " + quick + " " + json + " " + svg;
        return EXIT_CODE;
    }

    public static String lastRun() {
        return lastRun;
    }
}
