package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool in an application that is deployed again and again: with its pool closed, nothing of it is left in the JVM.
 *
 * <p>Core and the SQLite module are loaded anew for each round; the SQLite driver stays with the parent, for its native
 * library can be loaded once only. Sizes: {@code -Drobustness.redeploy.rounds}, 10 by default.
 * Source: class 25 of docs/proofs/robustness.md.
 */
@Timeout(600)
class RedeployTest {

    private static final int ROUNDS = Integer.getInteger("robustness.redeploy.rounds", 10);
    private static final int CONTAINER_THREADS = 4;

    /** A worker ends after ten idle seconds, and holds the loader until then. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long GC_PERIOD = 250_000_000L;

    private final ExecutorService container = Executors.newFixedThreadPool(CONTAINER_THREADS);

    /** The container's threads are there first and outlive every application. */
    @BeforeEach
    void startContainer() {
        CountDownLatch all = new CountDownLatch(CONTAINER_THREADS);
        for (int i = 0; i < CONTAINER_THREADS; i++) {
            container.execute(() -> {
                all.countDown();
                Eventually.eventually(() -> "every thread", () -> all.getCount() == 0);
            });
        }
    }

    @AfterEach
    void stopContainer() {
        container.shutdownNow();
    }

    @Test
    void a_closed_pool_on_a_network_driver_leaves_no_loader_behind() throws Exception {
        BareSource source = new BareSource();
        List<WeakReference<ClassLoader>> deployed = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            deployed.add(deployAndUndeploy(source));
        }
        assertThat(source.live()).isZero();
        assertAllCollected(deployed);
        Eventually.eventually(
                PATIENCE,
                () -> "no thread of a pool is left: " + rockpoolThreads(),
                () -> rockpoolThreads().isEmpty());
    }

    @Test
    void a_closed_pool_on_sqlite_leaves_no_loader_behind(@TempDir Path folder) throws Exception {
        List<WeakReference<ClassLoader>> deployed = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            deployed.add(deployAndUndeploy("jdbc:sqlite:" + folder.resolve("redeploy.db")));
        }
        assertAllCollected(deployed);
    }

    /** A forgotten close is a leak: the housekeeper keeps pool, connections and loader, until somebody closes after all. */
    @Test
    void a_pool_that_is_not_closed_keeps_its_loader_until_it_is(@TempDir Path folder) throws Exception {
        List<WeakReference<ClassLoader>> deployed = new ArrayList<>();
        Deployed forgetful = deploy("jdbc:sqlite:" + folder.resolve("forgetful.db"), deployed);
        assertAllCollected(List.of(deployAndUndeploy("jdbc:sqlite:" + folder.resolve("another.db"))));
        assertThat(left(deployed)).isEqualTo(1);
        assertThat(rockpoolThreads()).anyMatch(thread -> thread.getName().equals("rockpool-housekeeper"));
        forgetful.undeploy();
        assertAllCollected(deployed);
    }

    // ---- a round -----------------------------------------------------------------------------------------------

    private WeakReference<ClassLoader> deployAndUndeploy(Object database) throws Exception {
        List<WeakReference<ClassLoader>> deployed = new ArrayList<>();
        deploy(database, deployed).undeploy();
        return deployed.get(0);
    }

    @SuppressWarnings("unchecked")
    private Deployed deploy(Object database, List<WeakReference<ClassLoader>> deployed) throws Exception {
        ApplicationLoader loader = new ApplicationLoader();
        deployed.add(new WeakReference<>(loader));
        Class<?> type = loader.loadClass(RedeployedApplication.class.getName());
        assertThat(type.getClassLoader()).isSameAs(loader);
        Object application = type.getDeclaredConstructor().newInstance();
        AutoCloseable pool =
                ((BiFunction<Object, ExecutorService, AutoCloseable>) application).apply(database, container);
        assertThat(pool.getClass().getClassLoader()).isSameAs(loader);
        return new Deployed(pool, loader);
    }

    /** Lets go of pool and loader when it is undeployed. */
    private static final class Deployed {
        private AutoCloseable pool;
        private ApplicationLoader loader;

        Deployed(AutoCloseable pool, ApplicationLoader loader) {
            this.pool = pool;
            this.loader = loader;
        }

        void undeploy() throws Exception {
            pool.close();
            loader.close();
            pool = null;
            loader = null;
        }
    }

    private static void assertAllCollected(List<WeakReference<ClassLoader>> deployed) {
        Eventually.eventually(
                PATIENCE, () -> "the end of all loaders; left are " + left(deployed) + " of " + deployed.size(), () -> {
                    System.gc();
                    LockSupport.parkNanos(GC_PERIOD);
                    return left(deployed) == 0;
                });
        System.out.println("RedeployTest " + deployed.size() + " of " + deployed.size() + " loaders collected");
    }

    private static long left(List<WeakReference<ClassLoader>> deployed) {
        return deployed.stream().filter(loader -> loader.get() != null).count();
    }

    private static List<Thread> rockpoolThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("rockpool-"))
                .toList();
    }

    /** Loads Rockpool and the application itself; drivers, the testkit's too, and all else are its parent's. */
    private static final class ApplicationLoader extends URLClassLoader {

        ApplicationLoader() throws IOException {
            super(classPath(), RedeployTest.class.getClassLoader());
        }

        private static URL[] classPath() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return urls.toArray(new URL[0]);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.rockpool.") || name.startsWith("io.rockpool.testkit.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
