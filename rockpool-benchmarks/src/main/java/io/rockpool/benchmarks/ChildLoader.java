package io.rockpool.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose classes are in a child class loader, as in a Spring Boot fat jar or a WAR. HikariCP, for one, then keeps
 * its thread locals by weak references.
 *
 * <p>The child has the whole class path of this JVM over again, its parent the JDK alone: so what comes out of it can be
 * used by the JDK's interfaces only. Threads: one.
 */
final class ChildLoader implements AutoCloseable {

    private final URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
    private @Nullable AutoCloseable pool;

    private static URL[] classPath() {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            try {
                urls.add(Path.of(entry).toUri().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException("not a class path entry: " + entry, e);
            }
        }
        return urls.toArray(new URL[0]);
    }

    /** Opens a pool on the stub driver, once. */
    DataSource open(String subject, int connections) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader); // as a container does
        try {
            Method inside = loader.loadClass(ChildLoader.class.getName())
                    .getDeclaredMethod("openInside", String.class, int.class);
            inside.setAccessible(true); // the same package by name, but another one by loader
            Map.Entry<?, ?> opened = (Map.Entry<?, ?>) inside.invoke(null, subject, connections);
            pool = (AutoCloseable) opened.getValue();
            return (DataSource) opened.getKey();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("could not open " + subject + " in a child class loader", e.getCause());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Runs in the child; the pool and what closes it. */
    static Map.Entry<DataSource, AutoCloseable> openInside(String subject, int connections) throws SQLException {
        StubDriver.register();
        OpenPool pool = Peers.open(subject, Shape.fixed(StubDriver.URL, connections));
        return new SimpleImmutableEntry<>(pool.dataSource(), () -> {
            pool.close();
            StubDriver.deregister();
        });
    }

    @Override
    public void close() throws IOException {
        try {
            if (pool != null) {
                pool.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("could not close the pool in the child class loader", e);
        } finally {
            loader.close();
        }
    }
}
