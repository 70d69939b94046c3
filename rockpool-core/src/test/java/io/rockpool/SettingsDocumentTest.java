package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/settings.md says what the code does. */
class SettingsDocumentTest {

    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Pattern SQLITE_OPTION =
            Pattern.compile("^\\s+([A-Z_]+)\\(\"([^\"]+)\", \"[^\"]+\", \"([^\"]+)\"\\)[,;]", Pattern.MULTILINE);

    /** The rows of the table under a heading, cell by cell, without its head. */
    private static List<List<String>> table(String heading) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("..", "docs", "settings.md"))) {
            if (line.startsWith("## ")) {
                inside = line.equals("## " + heading);
            } else if (inside && line.startsWith("|")) {
                String[] cells = line.substring(1, line.length() - 1).split("\\|");
                rows.add(List.of(cells).stream().map(String::strip).toList());
            }
        }
        return rows.subList(2, rows.size());
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(m -> m.group(1)).toList();
    }

    private static String code(String cell) {
        return codes(cell).isEmpty() ? "" : codes(cell).get(0);
    }

    @Test
    void its_table_has_every_setting_in_order() throws IOException {
        assertThat(table("All settings")).extracting(row -> code(row.get(0))).containsExactlyElementsOf(Setting.keys());
    }

    @Test
    void each_row_has_the_settings_names_default_and_range() throws IOException {
        for (List<String> row : table("All settings")) {
            Setting setting = Setting.of(code(row.get(0)));
            assertThat(row).as(setting.key).hasSize(7);
            assertThat(code(row.get(1))).as(setting.key).isEqualTo(PoolConfigTest.camel(setting));
            assertThat(codes(row.get(2))).as(setting.key).isEqualTo(setting.environmentNames());
            assertThat(code(row.get(3))).as(setting.key).isEqualTo(setting.standard);
            boolean ranged = setting.kind == Setting.Kind.NUMBER || setting.kind == Setting.Kind.DURATION;
            if (ranged || setting == Setting.POOL_NAME) {
                assertThat(row.get(4)).as(setting.key).isEqualTo(setting.range());
            }
            assertThat(row.get(5).equals("–"))
                    .as("%s: what zero means", setting.key)
                    .isEqualTo(!ranged);
            if (ranged) {
                List<String> faults = new ArrayList<>();
                setting.parse("0", "test", faults::add);
                assertThat(row.get(5).equals("refused"))
                        .as("%s: zero", setting.key)
                        .isEqualTo(!faults.isEmpty());
            }
            assertThat(row.get(6)).as(setting.key).endsWith(".");
        }
    }

    @Test
    void its_presets_have_the_codes_figures() throws IOException {
        Map<String, Map<String, String>> told = new LinkedHashMap<>();
        for (List<String> row : table("Presets")) {
            told.computeIfAbsent(code(row.get(0)), p -> new LinkedHashMap<>()).put(code(row.get(1)), code(row.get(3)));
            Setting setting = Setting.of(code(row.get(1)));
            if (setting != null) {
                assertThat(code(row.get(2))).as(setting.key).isEqualTo(setting.standard);
            }
            assertThat(row.get(4)).endsWith(".");
        }
        assertThat(told).hasSize(Preset.values().length);
        for (Preset preset : Preset.values()) {
            assertThat(told.get(preset.key())).isEqualTo(preset.values);
        }
        assertThat(codes(table("All settings").get(Setting.PRESET.ordinal()).get(4)))
                .isEqualTo(List.of(Preset.names().split(", ")));
    }

    /** Core does not know SQLite's options, so they are read from the source of the module that does. */
    @Test
    void its_sqlite_options_are_the_modules() throws IOException {
        String source = Files.readString(
                Path.of("..", "rockpool-sqlite", "src", "main", "java", "io", "rockpool", "sqlite", "Pragma.java"));
        List<List<String>> expected = new ArrayList<>();
        Matcher option = SQLITE_OPTION.matcher(source);
        while (option.find()) {
            String key = "sqlite."
                    + option.group(1).toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            expected.add(List.of(key, option.group(2), option.group(3)));
        }
        assertThat(expected).isNotEmpty();
        assertThat(table("SQLite"))
                .extracting(row -> List.of(code(row.get(0)), code(row.get(1)), row.get(2)))
                .containsExactlyElementsOf(expected);
    }
}
