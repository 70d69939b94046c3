package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines in the README are compiled and run. */
class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void the_lines_in_the_readme_run_and_keep_their_data() throws Exception {
        Path database = folder.resolve("app.db");
        String lines = lines().replace("jdbc:sqlite:app.db", "jdbc:sqlite:" + database);
        try (URLClassLoader classes = compiled(lines)) {
            assertThat(run(classes)).contains("visits: 1").contains("poolSize=4");
            assertThat(run(classes)).contains("visits: 2");
        }
    }

    private static String lines() throws Exception {
        Matcher block = JAVA.matcher(Files.readString(Path.of("../README.md")));
        assertThat(block.find()).as("the README has a Java block").isTrue();
        return block.group(1);
    }

    private URLClassLoader compiled(String lines) throws Exception {
        int body = lines.indexOf("\n\n");
        String source =
                lines.substring(0, body) + "\npublic class Readme { public static void main(String[] args) throws"
                        + " Exception {" + lines.substring(body) + "}}";
        Path file = Files.writeString(folder.resolve("Readme.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean ok = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertThat(ok).as(messages.toString()).isTrue();
        }
        return new URLClassLoader(new URL[] {folder.toUri().toURL()});
    }

    private static String run(ClassLoader classes) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            classes.loadClass("Readme").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
