package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown of URLs, driver messages and SQL. The secret in every case is built of "canary". */
class RedactionTest {

    // ---- URLs --------------------------------------------------------------------------------------------------

    private static Stream<Arguments> urls() {
        return Stream.of(
                Arguments.of("", ""),
                Arguments.of("jdbc:sqlite:app.db", "jdbc:sqlite:app.db"),
                Arguments.of("jdbc:sqlite:/a/b c/app.db", "jdbc:sqlite:/a/b c/app.db"),
                Arguments.of("jdbc:postgresql://db:5432/app", "jdbc:postgresql://db:5432/app"),
                Arguments.of("jdbc:postgresql://app:canary@db/app", "jdbc:postgresql://***@db/app"),
                Arguments.of("jdbc:postgresql://app:canary@x@db/app", "jdbc:postgresql://***@db/app"),
                Arguments.of("jdbc:postgresql://app:can/ary@db/app", "jdbc:postgresql://***@db/app"),
                Arguments.of("jdbc:postgresql://app:can?ary@db/app", "jdbc:postgresql://***@db/app"),
                Arguments.of("jdbc:postgresql://app:can%40ary@db/app", "jdbc:postgresql://***@db/app"),
                Arguments.of("jdbc:postgresql://a:canary@h1,b:canary@h2/x", "jdbc:postgresql://***@h2/x"),
                Arguments.of("jdbc:postgresql://db/app?password=canary", "jdbc:postgresql://db/app?password=***"),
                Arguments.of("jdbc:postgresql://db/app?password=canary@x", "jdbc:postgresql://db/app?password=***"),
                Arguments.of("jdbc:postgresql://db/app?PassWord=canary", "jdbc:postgresql://db/app?PassWord=***"),
                Arguments.of("jdbc:postgresql://db/app?p%61ssword=canary", "jdbc:postgresql://db/app?p%61ssword=***"),
                Arguments.of("jdbc:postgresql://db/app?password=can ary", "jdbc:postgresql://db/app?password=***"),
                Arguments.of("jdbc:postgresql://db/app?password=can=ary", "jdbc:postgresql://db/app?password=***"),
                Arguments.of(
                        "jdbc:postgresql://db/app?password=can;ary&ssl=true",
                        "jdbc:postgresql://db/app?password=***&ssl=true"),
                Arguments.of(
                        "jdbc:postgresql://db/a?sslmode=require&sslkey=canary",
                        "jdbc:postgresql://db/a?sslmode=require&sslkey=***"),
                Arguments.of("jdbc:postgresql://db/a?nobodyKnows=canary", "jdbc:postgresql://db/a?nobodyKnows=***"),
                Arguments.of(
                        "jdbc:postgresql://db/a?ApplicationName=shop", "jdbc:postgresql://db/a?ApplicationName=shop"),
                Arguments.of("jdbc:mysql:loadbalance://a:canary@h/x", "jdbc:mysql:loadbalance://***@h/x"),
                Arguments.of(
                        "jdbc:sqlserver://db;user=app;password=canary;ssl=true",
                        "jdbc:sqlserver://db;user=***;password=***;ssl=true"),
                Arguments.of(
                        "jdbc:sqlserver://db;password={can;ary};ssl=true", "jdbc:sqlserver://db;password=***;ssl=true"),
                Arguments.of(
                        "jdbc:sqlserver://db;password={can}};ary};ssl=true",
                        "jdbc:sqlserver://db;password=***;ssl=true"),
                Arguments.of(
                        "jdbc:sqlserver://db;password=can&ary;ssl=true", "jdbc:sqlserver://db;password=***;ssl=true"),
                Arguments.of(
                        "jdbc:h2:mem:x;DB_CLOSE_DELAY=-1;PASSWORD=canary",
                        "jdbc:h2:mem:x;DB_CLOSE_DELAY=-1;PASSWORD=***"),
                Arguments.of("jdbc:h2:mem:x;INIT=CREATE USER a PASSWORD 'canary'", "jdbc:h2:mem:x;INIT=***"),
                Arguments.of("jdbc:oracle:thin:scott/canary@db:1521:x", "jdbc:oracle:thin:***@db:1521:x"),
                Arguments.of("jdbc:oracle:thin:scott/can@ary@//db:1521/x", "jdbc:oracle:thin:***@//db:1521/x"),
                Arguments.of("jdbc:oracle:oci:scott/canary@db", "jdbc:oracle:oci:***@db"),
                Arguments.of("postgres://app:canary@db/x", "postgres://***@db/x"));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void a_url_shows_only_what_is_known_to_be_harmless(String url, String shown) {
        assertThat(Redaction.url(url)).isEqualTo(shown);
    }

    @Test
    void no_url_is_shown_as_nothing() {
        assertThat(Redaction.url(null)).isEmpty();
    }

    // ---- messages ----------------------------------------------------------------------------------------------

    private static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(null, ""),
                Arguments.of("connection refused", "connection refused"),
                Arguments.of("Connection to db:5432 refused", "Connection to db:5432 refused"),
                Arguments.of("cannot open jdbc:x://u:canary@h/d?a=canary", "cannot open jdbc:x://***@h/d?a=***"),
                Arguments.of("cannot open 'jdbc:x://u:canary@h/d'.", "cannot open 'jdbc:x://***@h/d'."),
                Arguments.of("see https://u:canary@h/", "see https://***@h/"),
                Arguments.of("password=canary rejected", "password=*** rejected"),
                Arguments.of("Password : canary", "Password : ***"),
                Arguments.of("pwd='can ary' rejected", "pwd=*** rejected"),
                Arguments.of("pwd=\"can ary\" rejected", "pwd=*** rejected"),
                Arguments.of("{\"password\":\"canary\"}", "{\"password\":***}"),
                Arguments.of("{'token': 'canary'}", "{'token': ***}"),
                Arguments.of("api_key=canary", "api_key=***"),
                Arguments.of("login failed with the-secret-7", "login failed with ***"),
                Arguments.of("password=the-secret-7!", "password=***"),
                Arguments.of("line\r\nbreaks\u2028and\u0007bells", "line breaks and bells"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_shows_no_secret(String message, String shown) {
        assertThat(Redaction.message(message, "the-secret-7")).isEqualTo(shown);
    }

    /** The words after "password=" are masked up to the first space; the rest of the secret must not stay behind. */
    @Test
    void a_secret_with_a_space_is_masked_whole() {
        assertThat(Redaction.message("password=can ary rejected", "can ary")).isEqualTo("password=*** rejected");
        assertThat(Redaction.message("jdbc:x:y?password=can ary rejected", "can ary"))
                .isEqualTo("jdbc:x:y?password=*** rejected");
    }

    @Test
    void an_empty_secret_masks_nothing() {
        assertThat(Redaction.message("refused", "")).isEqualTo("refused");
    }

    @Test
    void the_secrets_of_a_url_and_of_driver_properties_are_known_as_written_and_decoded() {
        assertThat(Redaction.secrets(
                        "jdbc:x://app:first%21@db/d?sslpassword=se%20cond&user=app&ssl=true",
                        Map.of("trustStorePassword", "third", "fetchSize", "50", "accessToken", "100%")))
                .containsExactlyInAnyOrder("first%21", "first!", "se%20cond", "se cond", "third", "100%");
        assertThat(Redaction.secrets("jdbc:oracle:thin:scott/tiger@db", Map.of()))
                .containsExactly("tiger");
        assertThat(Redaction.secrets("jdbc:sqlite:app.db", Map.of())).isEmpty();
    }

    // ---- SQL ---------------------------------------------------------------------------------------------------

    private static Stream<Arguments> statements() {
        return Stream.of(
                Arguments.of("", ""),
                Arguments.of("SELECT a, b1 FROM t2 WHERE c = ?", "SELECT a, b1 FROM t2 WHERE c = ?"),
                Arguments.of("SELECT 'canary'", "SELECT ?"),
                Arguments.of("SELECT 'can''ary', 2", "SELECT ?, ?"),
                Arguments.of("SELECT '''canary'''", "SELECT ?"),
                Arguments.of("SELECT ''", "SELECT ?"),
                Arguments.of("SELECT 'canary", "SELECT ?"),
                Arguments.of("SELECT E'can\\'ary', b", "SELECT E?, b"),
                Arguments.of("SELECT '\\\\', b", "SELECT ?, b"),
                Arguments.of("SELECT '\\' , b, 'canary'", "SELECT ?"),
                Arguments.of("SELECT 'a\\'canary' , b", "SELECT ?"),
                Arguments.of("SELECT N'canary', X'CA4A', U&'\\0441anary'", "SELECT N?, X?, U&?"),
                Arguments.of("SELECT _utf8'canary'", "SELECT _utf8?"),
                Arguments.of("SELECT q'[it's canary]', b", "SELECT q?, b"),
                Arguments.of("SELECT Nq'{it's canary}', b", "SELECT Nq?, b"),
                Arguments.of("SELECT $$can'ary$$, $tag$canary $$ x$tag$", "SELECT ?, ?"),
                Arguments.of("SELECT $1, $2", "SELECT $?, $?"),
                Arguments.of("SELECT 42, -7, 3.14, .5, 1e-9, 0xCA4A, 1_000", "SELECT ?, -?, ?, .?, ?-?, ?, ?"),
                Arguments.of("SELECT/**/12345", "SELECT ?"),
                Arguments.of("SELECT a -- canary\n, b", "SELECT a  , b"),
                Arguments.of("SELECT a -- it's canary\n, 'canary'", "SELECT a  , ?"),
                Arguments.of("SELECT a /* it's canary */, 'canary'", "SELECT a  , ?"),
                Arguments.of("SELECT a /* x /* y */ canary */, b", "SELECT a  , b"),
                Arguments.of("SELECT a /* canary", "SELECT a  "),
                Arguments.of("SELECT a # it's\n, 'canary'", "SELECT a ?"),
                Arguments.of("SELECT a #> '{b}', 'canary'", "SELECT a #> ?, ?"),
                Arguments.of("SELECT [it's], 'canary'", "SELECT ?"),
                Arguments.of("SELECT a[1], ARRAY['canary']", "SELECT a[?], ARRAY[?]"),
                Arguments.of("SELECT `a'b`, 'canary'", "SELECT `a'b`, ?"),
                Arguments.of(
                        "SELECT \"t\".\"c\" FROM \"t\" WHERE x = \"canary\"",
                        "SELECT \"t\".\"c\" FROM \"t\" WHERE x = ?"),
                Arguments.of("INSERT INTO \"a\"\"b\" VALUES (\"can\"\"ary\")", "INSERT INTO \"a\"\"b\" VALUES (?)"),
                Arguments.of("SELECT x FROM \"a\\\" WHERE y = 'canary'", "SELECT x FROM ?"),
                Arguments.of("SELECT '\u043a\u0430\u043d\u0430\u0440', \u0661\u0662", "SELECT ?, ?"),
                Arguments.of("SELECT\r\n\ta\u2028,\u0000b", "SELECT   a , b"),
                Arguments.of("SELECT a FROM \"x\r\ny\"", "SELECT a FROM \"x  y\""));
    }

    @ParameterizedTest
    @MethodSource("statements")
    void sql_shows_no_literal(String sql, String shown) {
        assertThat(Redaction.sql(sql)).isEqualTo(shown).doesNotContain("canary");
    }

    @Test
    void sql_is_cut_at_200_characters() {
        assertThat(Redaction.sql("x".repeat(200))).hasSize(200).doesNotEndWith("…");
        assertThat(Redaction.sql("x".repeat(201))).hasSize(201).endsWith("x…");
        assertThat(Redaction.sql("SELECT x FROM \"" + "y".repeat(100_000) + "\""))
                .hasSize(201)
                .endsWith("y…");
        assertThat(Redaction.sql("SELECT '" + "y".repeat(100_000) + "'")).isEqualTo("SELECT ?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'", "\"", "`", "$", "$$", "$a", "--", "/*", "/", "\\", "'\\", "q'", "q'[", "E'", "[", "#", "\"\\", "1",
                "/*/"
            })
    void sql_that_ends_in_the_middle_is_no_trouble(String sql) {
        assertThat(Redaction.sql(sql)).hasSizeLessThanOrEqualTo(2);
        assertThat(Redaction.sql("SELECT " + sql)).startsWith("SELECT ");
    }

    // ---- driver errors -----------------------------------------------------------------------------------------

    @Test
    void a_drivers_error_keeps_its_kind_state_code_and_stack() {
        for (SQLException e : List.of(
                new SQLException("the-secret-7", "28P01", 7),
                new SQLNonTransientConnectionException("the-secret-7", "08001", 7),
                new SQLTransientConnectionException("the-secret-7", "08001", 7),
                new SQLRecoverableException("the-secret-7", "08001", 7))) {
            SQLException shown = DriverErrors.redacted(e, List.of("the-secret-7"));
            assertThat((Throwable) shown)
                    .hasMessage("***")
                    .isExactlyInstanceOf(e.getClass())
                    .hasNoCause();
            assertThat(shown.getSQLState()).isEqualTo(e.getSQLState());
            assertThat(shown.getErrorCode()).isEqualTo(7);
            assertThat(shown.getStackTrace()).isEqualTo(e.getStackTrace());
        }
    }

    @Test
    void causes_next_and_suppressed_errors_show_no_secret() {
        Exception inner = new IllegalStateException("the-secret-7");
        SQLException e = new SQLException("refused", "08001", new RuntimeException("the-secret-7", inner));
        e.setNextException(new SQLException("next the-secret-7"));
        e.addSuppressed(new Exception("the-secret-7"));
        SQLException shown = DriverErrors.redacted(e, List.of("the-secret-7"));
        assertThat(shown.getCause()).hasMessage("java.lang.RuntimeException: ***");
        assertThat(shown.getCause().getCause()).hasMessage("java.lang.IllegalStateException: ***");
        assertThat((Throwable) shown.getNextException()).hasMessage("next ***");
        assertThat(shown.getSuppressed()).isEmpty();
    }

    @Test
    void a_circle_of_causes_ends() {
        Exception a = new Exception("a");
        a.initCause(new Exception("b", a));
        assertThat((Throwable) DriverErrors.redacted(new SQLException("x", a), List.of()))
                .hasMessage("x");
    }
}
