package io.rockpool.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What figures belong to: the commit, the machine, the JDK and the hour. */
record Surroundings(String commit, String machine, String jdk, Instant when) {

    private static final String NO_CHECKOUT = "no checkout";
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    static Surroundings now() {
        return new Surroundings(
                commit(sources()),
                processor() + Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("os.name")
                        + " " + System.getProperty("os.arch"),
                "JDK " + System.getProperty("java.vendor") + " " + Runtime.version(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    List<String> lines() {
        return List.of(machine, jdk + ", " + commit + ", " + when);
    }

    /** Where these classes come from: in a checkout, its target folder. */
    private static @Nullable Path sources() {
        CodeSource source = Surroundings.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? null
                    : Path.of(source.getLocation().toURI()).toAbsolutePath().getParent();
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** The commit that is checked out around a folder, and whether files in version control differ from it. */
    static String commit(@Nullable Path folder) {
        if (folder == null) {
            return NO_CHECKOUT;
        }
        return git(folder, "rev-parse", "--short", "HEAD")
                .map(commit -> "commit " + commit
                        + git(folder, "status", "--porcelain", "--untracked-files=no")
                                .filter(changes -> !changes.isEmpty())
                                .map(changes -> " with changes")
                                .orElse(""))
                .orElse(NO_CHECKOUT);
    }

    /** What git says, or nothing where there is no git or it refuses. */
    private static Optional<String> git(Path folder, String... arguments) {
        String[] command = Stream.concat(Stream.of("git", "-C", folder.toString()), Stream.of(arguments))
                .toArray(String[]::new);
        try {
            Process git = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The processor's name with a comma, where the system tells it. */
    private static String processor() {
        if (!Files.isReadable(PROCESSORS)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(PROCESSORS, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip() + ", ")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}
