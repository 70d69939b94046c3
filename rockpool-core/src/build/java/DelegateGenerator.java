import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Writes the delegation boilerplate from the {@code java.sql} interfaces of Java 17, at build time, so that nobody has
 * to write or read it: {@code java DelegateGenerator.java delegates|stubs|forwards FOLDER}.
 *
 * <p>{@code delegates}: for each interface an abstract class whose methods ask {@code delegate()} for the driver's object
 * (which checks the lease), pass the call on, hand a failure to {@code failed(…)}, and wrap what leads back to the
 * connection. {@code stubs}: a driver that does nothing, for benchmarks of the pool alone. {@code forwards}: what the SQLite
 * module's session passes on without a thought of its own.
 *
 * <p>It reads the interfaces through the compiler with {@code --release 17}, so any newer JDK writes the same files.
 */
public final class DelegateGenerator extends AbstractProcessor {

    /** What a subclass writes by hand, by interface. */
    private static final Map<String, Set<String>> BY_HAND = Map.of(
            "Connection",
            Set.of(
                    "close",
                    "isClosed",
                    "unwrap",
                    "isWrapperFor",
                    "abort",
                    "isValid",
                    "commit",
                    "rollback",
                    "setAutoCommit",
                    "getAutoCommit",
                    "setReadOnly",
                    "isReadOnly",
                    "setTransactionIsolation",
                    "setCatalog",
                    "setSchema",
                    "setNetworkTimeout",
                    "setHoldability",
                    "setTypeMap",
                    "setClientInfo",
                    "getMetaData",
                    "setSavepoint",
                    "releaseSavepoint",
                    "getTransactionIsolation"),
            "Statement",
            Set.of("close", "isClosed", "unwrap", "isWrapperFor", "getConnection"),
            "PreparedStatement",
            Set.of(),
            "CallableStatement",
            Set.of(),
            "ResultSet",
            Set.of("close", "isClosed", "unwrap", "isWrapperFor", "getStatement"),
            "DatabaseMetaData",
            Set.of("unwrap", "isWrapperFor", "getConnection"),
            "ResultSetMetaData",
            Set.of("unwrap", "isWrapperFor"),
            "ParameterMetaData",
            Set.of("unwrap", "isWrapperFor"),
            "Array",
            Set.of());

    /** Superclass of each generated class, where it has one. */
    private static final Map<String, String> EXTENDS = Map.of(
            "Statement", "Child",
            "ResultSet", "Child",
            "DatabaseMetaData", "Leased",
            "ResultSetMetaData", "Leased",
            "ParameterMetaData", "Leased",
            "Array", "Leased",
            "PreparedStatement", "PooledStatement",
            "CallableStatement", "PooledPreparedStatement");

    /** Results that lead back to the connection, and so are wrapped. */
    private static final Set<String> WRAPPED =
            Set.of("java.sql.ResultSet", "java.sql.Array", "java.sql.ResultSetMetaData", "java.sql.ParameterMetaData");

    private static final Set<String> STATEMENTS =
            Set.of("java.sql.Statement", "java.sql.PreparedStatement", "java.sql.CallableStatement");

    private static final List<String> INTERFACES = List.of(
            "Connection",
            "Statement",
            "PreparedStatement",
            "CallableStatement",
            "ResultSet",
            "DatabaseMetaData",
            "ResultSetMetaData",
            "ParameterMetaData",
            "Array");

    /** What the SQLite module forwards, with the class that a subclass's own methods stand in. */
    private static final Map<String, Forward> FORWARDS = Map.of(
            "Connection", new Forward("ForwardingConnection", "", "driver()."),
            "ResultSet", new Forward("ForwardingResultSet", "", ""),
            "DatabaseMetaData", new Forward("ForwardingMetaData", "", ""),
            "ResultSetMetaData", new Forward("ForwardingColumns", "", "columns()."),
            "PreparedStatement", new Forward("ConvertingStatement", " extends SessionStatement", ""));

    private record Forward(String className, String parent, String target) {}

    private final String mode;
    private final boolean stubs;
    private final Path folder;

    private DelegateGenerator(String mode, Path folder) {
        this.mode = mode;
        this.stubs = mode.equals("stubs");
        this.folder = folder;
    }

    public static void main(String[] args) {
        if (args.length != 2 || !Set.of("delegates", "stubs", "forwards").contains(args[0])) {
            throw new IllegalArgumentException("usage: java DelegateGenerator.java delegates|stubs|forwards FOLDER");
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        SimpleJavaFileObject nothing =
                new SimpleJavaFileObject(URI.create("string:///Nothing.java"), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return "class Nothing {}";
                    }
                };
        JavaCompiler.CompilationTask task =
                compiler.getTask(null, null, null, List.of("--release", "17", "-proc:only"), null, List.of(nothing));
        task.setProcessors(List.of(new DelegateGenerator(args[0], Path.of(args[1]))));
        if (!task.call()) {
            throw new IllegalStateException("the compiler refused to read the interfaces");
        }
    }

    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Set.of("*");
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        if (!round.processingOver()) {
            if (mode.equals("forwards")) {
                FORWARDS.forEach(this::forward);
            } else {
                INTERFACES.forEach(this::generate);
            }
        }
        return false;
    }

    private void generate(String name) {
        TypeElement type = processingEnv.getElementUtils().getTypeElement("java.sql." + name);
        StringBuilder out = new StringBuilder();
        String packageName = stubs ? "io.rockpool.benchmarks.stub" : "io.rockpool.jdbc";
        String className = (stubs ? "Stub" : "Delegating") + name;
        out.append("// Generated by DelegateGenerator from java.sql.")
                .append(name)
                .append("; do not edit.\n");
        out.append("package ").append(packageName).append(";\n\n");
        out.append("@SuppressWarnings({\"deprecation\", \"all\"})\n");
        if (stubs) {
            out.append("public class ").append(className).append(stubExtends(name));
        } else {
            String parent = EXTENDS.get(name);
            out.append("abstract class ").append(className).append(parent == null ? "" : " extends " + parent);
        }
        out.append(" implements java.sql.").append(name).append(" {\n");
        if (!stubs) {
            hooks(out, name);
        }
        for (ExecutableElement method : methods(type, name)) {
            if (stubs) {
                stub(out, method);
            } else {
                delegate(out, name, method);
            }
        }
        out.append("}\n");
        write(packageName, className, out.toString());
    }

    private void forward(String name, Forward to) {
        TypeElement type = processingEnv.getElementUtils().getTypeElement("java.sql." + name);
        String packageName = "io.rockpool.sqlite";
        StringBuilder out = new StringBuilder();
        out.append("// Generated by DelegateGenerator from java.sql.")
                .append(name)
                .append("; do not edit.\npackage ")
                .append(packageName)
                .append(";\n\n@SuppressWarnings({\"deprecation\", \"all\"})\nabstract class ")
                .append(to.className())
                .append(to.parent())
                .append(" implements java.sql.")
                .append(name)
                .append(" {\n");
        out.append(
                switch (name) {
                    case "Connection" -> "    abstract java.sql.Connection driver() throws java.sql.SQLException;\n";
                    case "ResultSetMetaData" ->
                        "    abstract java.sql.ResultSetMetaData columns() throws java.sql.SQLException;\n";
                    case "ResultSet" ->
                        "    abstract java.sql.ResultSet rows() throws java.sql.SQLException;\n"
                                + "    abstract java.sql.ResultSet named() throws java.sql.SQLException;\n";
                    case "DatabaseMetaData" ->
                        "    interface Question<V> {\n        V ask(java.sql.DatabaseMetaData m) throws java.sql.SQLException;\n    }\n"
                                + "    abstract <V> V answer(Question<V> question) throws java.sql.SQLException;\n"
                                + "    abstract java.sql.ResultSet rows(Question<java.sql.ResultSet> question) throws java.sql.SQLException;\n";
                    default ->
                        "    interface Setter {\n        void set(java.sql.PreparedStatement s) throws java.sql.SQLException;\n    }\n"
                                + "    ConvertingStatement(Session session) {\n        super(session);\n    }\n"
                                + "    abstract void convert(Setter setter) throws java.sql.SQLException;\n";
                });
        for (ExecutableElement method : methods(type, name)) {
            String simple = method.getSimpleName().toString();
            boolean byHand = Set.of("unwrap", "isWrapperFor", "setClientInfo").contains(simple)
                    || simple.matches("getDriver(Major|Minor)Version"); // no way to throw
            if (byHand || (name.equals("PreparedStatement") && !simple.startsWith("set"))) {
                continue;
            }
            signature(out, method);
            String call = simple
                    + IntStream.range(0, method.getParameters().size())
                            .mapToObj(i -> "p" + i)
                            .collect(Collectors.joining(", ", "(", ")"));
            String result = method.getReturnType().toString();
            out.append("        ").append(result.equals("void") ? "" : "return ");
            switch (name) {
                case "PreparedStatement" ->
                    out.append("convert(s -> s.").append(call).append(");\n    }\n");
                case "DatabaseMetaData" ->
                    out.append(result.equals("java.sql.ResultSet") ? "rows" : "answer")
                            .append("(m -> m.")
                            .append(call)
                            .append(");\n    }\n");
                case "ResultSet" ->
                    out.append(takesSql(method) ? "named()." : "rows().")
                            .append(call)
                            .append(";\n    }\n");
                default -> out.append(to.target()).append(call).append(";\n    }\n");
            }
        }
        out.append("}\n");
        write(packageName, to.className(), out.toString());
    }

    private static String stubExtends(String name) {
        return switch (name) {
            case "PreparedStatement" -> " extends StubStatement";
            case "CallableStatement" -> " extends StubPreparedStatement";
            default -> "";
        };
    }

    /** What every delegate needs from its subclass. */
    private static void hooks(StringBuilder out, String name) {
        if (name.equals("PreparedStatement") || name.equals("CallableStatement")) {
            out.append("    abstract java.sql.")
                    .append(name)
                    .append(" ")
                    .append(getter(name))
                    .append("() throws java.sql.SQLException;\n");
            boolean prepared = name.equals("PreparedStatement");
            out.append("    Delegating")
                    .append(name)
                    .append("(PooledConnection c")
                    .append(
                            prepared
                                    ? ") {\n        super(c);\n    }\n"
                                    : ", java.sql.CallableStatement raw, String sql) throws java.sql.SQLException {\n"
                                            + "        super(c, raw, sql);\n    }\n");
            if (prepared) {
                out.append("    abstract java.sql.PreparedStatement executing() throws java.sql.SQLException;\n");
            }
            return;
        }
        out.append("    abstract java.sql.").append(name).append(" delegate() throws java.sql.SQLException;\n");
        if (name.equals("Statement")) {
            out.append("    abstract java.sql.Statement executing(String sql) throws java.sql.SQLException;\n");
            out.append("    abstract java.sql.Statement executingBatch() throws java.sql.SQLException;\n");
        }
        if (name.equals("Connection")) {
            out.append("    abstract java.sql.SQLException failed(java.sql.SQLException e);\n");
            out.append("    abstract void crashed(Throwable t);\n");
            out.append("    abstract java.sql.Connection preparing(String sql) throws java.sql.SQLException;\n");
            out.append("    abstract java.sql.Statement wrap(java.sql.Statement s) throws java.sql.SQLException;\n");
            for (String kind : List.of("PreparedStatement", "CallableStatement")) {
                out.append("    abstract java.sql.")
                        .append(kind)
                        .append(" wrap(java.sql.")
                        .append(kind)
                        .append(" s, String sql) throws java.sql.SQLException;\n");
            }
            out.append("    abstract java.sql.Array wrap(java.sql.Array a);\n");
        }
    }

    private static String getter(String name) {
        return name.equals("PreparedStatement")
                ? "prepared"
                : name.equals("CallableStatement") ? "callable" : "delegate";
    }

    private List<ExecutableElement> methods(TypeElement type, String name) {
        Map<String, ExecutableElement> all = new LinkedHashMap<>();
        collect(type, name, all, new LinkedHashSet<>());
        return all.values().stream()
                .sorted(Comparator.comparing(Object::toString)) // compilers list them in different orders
                .toList();
    }

    /** The methods of the interface and those it inherits, but for what a generated superclass has already. */
    private void collect(TypeElement type, String name, Map<String, ExecutableElement> all, Set<TypeElement> seen) {
        String simple = type.getSimpleName().toString();
        boolean inherited = !simple.equals(name) && INTERFACES.contains(simple);
        if (inherited || !seen.add(type)) {
            return;
        }
        for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
            boolean byHand = mode.equals("delegates")
                    && BY_HAND.get(name).contains(method.getSimpleName().toString());
            if (!method.getModifiers().contains(Modifier.STATIC) && !byHand) {
                all.putIfAbsent(method.toString(), method);
            }
        }
        for (TypeMirror parent : type.getInterfaces()) {
            collect((TypeElement) processingEnv.getTypeUtils().asElement(parent), name, all, seen);
        }
    }

    private void signature(StringBuilder out, ExecutableElement method) {
        String variables = method.getTypeParameters().isEmpty()
                ? ""
                : method.getTypeParameters().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(", ", "<", "> "));
        out.append("    @Override public ")
                .append(variables)
                .append(method.getReturnType())
                .append(' ')
                .append(method.getSimpleName())
                .append('(')
                .append(IntStream.range(0, method.getParameters().size())
                        .mapToObj(i -> method.getParameters().get(i).asType() + " p" + i)
                        .collect(Collectors.joining(", ")))
                .append(')');
        if (!method.getThrownTypes().isEmpty()) {
            out.append(" throws ")
                    .append(method.getThrownTypes().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", ")));
        }
        out.append(" {\n");
    }

    private void delegate(StringBuilder out, String name, ExecutableElement method) {
        String call = method.getSimpleName()
                + IntStream.range(0, method.getParameters().size())
                        .mapToObj(i -> argument(method, i))
                        .collect(Collectors.joining(", ", "(", ")"));
        String result = method.getReturnType().toString();
        signature(out, method);
        if (method.getThrownTypes().isEmpty()) { // it can say that the lease is over by an unchecked exception alone
            out.append("        try {\n            return ")
                    .append(source(name, method))
                    .append('.')
                    .append(call);
            out.append(";\n        } catch (java.sql.SQLException e) {\n");
            out.append("            throw new IllegalStateException(e.getMessage(), e);\n        }\n    }\n");
            return;
        }
        out.append("        java.sql.")
                .append(name)
                .append(" d = ")
                .append(source(name, method))
                .append(";\n");
        out.append("        try {\n            ");
        if (STATEMENTS.contains(result)) {
            out.append("return wrap(d.")
                    .append(call)
                    .append(takesSql(method) ? ", p0" : "")
                    .append(");\n");
        } else if (WRAPPED.contains(result)) {
            out.append("return wrap(d.").append(call).append(");\n");
        } else if (!method.getTypeParameters().isEmpty()) {
            out.append("return wrap(d.").append(call).append(", p1);\n");
        } else if (result.equals("java.lang.Object") && !name.equals("Array")) {
            out.append("return wrap(d.").append(call).append(");\n");
        } else {
            out.append(method.getReturnType().getKind() == TypeKind.VOID ? "" : "return ")
                    .append("d.")
                    .append(call)
                    .append(";\n");
        }
        out.append("        } catch (java.sql.SQLException e) {\n            throw failed(e);\n");
        out.append("        } catch (RuntimeException | Error e) {\n            crashed(e);\n            throw e;\n");
        out.append("        }\n    }\n");
    }

    /** A driver may know its own arrays alone, so a wrapped one goes back to it bare. */
    private static String argument(ExecutableElement method, int i) {
        String type = method.getParameters().get(i).asType().toString();
        return type.equals("java.sql.Array") || type.equals("java.lang.Object")
                ? "PooledArray.bare(p" + i + ")"
                : "p" + i;
    }

    /** Where the driver's object comes from: checked alone, or noting what is about to run. */
    private static String source(String name, ExecutableElement method) {
        String simple = method.getSimpleName().toString();
        boolean runs = simple.startsWith("execute") || simple.equals("addBatch");
        if (name.equals("Connection") && takesSql(method) && simple.startsWith("prepare")) {
            return "preparing(p0)";
        }
        if (name.equals("Statement") && runs) {
            return takesSql(method) ? "executing(p0)" : "executingBatch()";
        }
        if (name.equals("PreparedStatement") && simple.startsWith("execute")) {
            return "executing()";
        }
        return getter(name) + "()";
    }

    private static boolean takesSql(ExecutableElement method) {
        return !method.getParameters().isEmpty()
                && method.getParameters().get(0).asType().toString().equals("java.lang.String");
    }

    private void stub(StringBuilder out, ExecutableElement method) {
        signature(out, method);
        TypeMirror result = method.getReturnType();
        String simple = result.toString().replace("java.sql.", "");
        String name = method.getSimpleName().toString();
        String value;
        if (result.getKind() == TypeKind.VOID) {
            value = "";
        } else if (result.getKind() == TypeKind.BOOLEAN) {
            value = "return " + Set.of("isValid", "getAutoCommit").contains(name);
        } else if (result.getKind().isPrimitive()) {
            value = "return " + (name.equals("getTransactionIsolation") ? "2" : "0");
        } else if (INTERFACES.contains(simple) && !simple.equals("Connection") && !name.equals("getStatement")) {
            value = "return new Stub" + simple + "()";
        } else {
            value = "return null";
        }
        out.append("        ").append(value).append(value.isEmpty() ? "" : ";").append("\n    }\n");
    }

    private void write(String packageName, String className, String text) {
        Path file = folder.resolve(packageName.replace('.', '/')).resolve(className + ".java");
        try {
            Files.createDirectories(file.getParent());
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Files.writeString(file, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
