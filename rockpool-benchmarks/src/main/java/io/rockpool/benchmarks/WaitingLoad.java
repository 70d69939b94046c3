package io.rockpool.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * Threads that borrow, hold, give back, pause and ask again, on fewer connections than there are threads.
 *
 * @param hold how long a connection is held; zero: given back at once
 * @param pause between giving back and asking again; zero: asked again at once
 */
record WaitingLoad(
        boolean virtual,
        int threads,
        int connections,
        Duration hold,
        Duration pause,
        Duration warmUp,
        Duration measured) {

    /** As arguments of a program. */
    List<String> arguments() {
        return List.of(
                "" + virtual,
                "" + threads,
                "" + connections,
                hold.toString(),
                pause.toString(),
                warmUp.toString(),
                measured.toString());
    }

    static WaitingLoad of(List<String> arguments) {
        return new WaitingLoad(
                Boolean.parseBoolean(arguments.get(0)),
                Integer.parseInt(arguments.get(1)),
                Integer.parseInt(arguments.get(2)),
                Duration.parse(arguments.get(3)),
                Duration.parse(arguments.get(4)),
                Duration.parse(arguments.get(5)),
                Duration.parse(arguments.get(6)));
    }
}
