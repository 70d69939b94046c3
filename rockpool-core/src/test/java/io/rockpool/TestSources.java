package io.rockpool;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** The sources of a pool's settings in a test: none of the process's own. */
final class TestSources {

    final Map<String, String> environment = new HashMap<>();
    final Properties system = new Properties();
    final Properties file = new Properties();

    TestSources environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    TestSources system(String name, String value) {
        system.setProperty(name, value);
        return this;
    }

    TestSources file(String name, String value) {
        file.setProperty(name, value);
        return this;
    }

    PoolBuilder builder() {
        return DatabaseConnectionPool.builder().sources(environment, system, file);
    }

    /** A builder whose URL is a stub's. */
    PoolBuilder stub() {
        return builder().url(StubDriver.url("settings"));
    }
}
