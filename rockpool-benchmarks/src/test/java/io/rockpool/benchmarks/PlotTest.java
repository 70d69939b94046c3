package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rockpool.benchmarks.Report.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PlotTest {

    private static final List<String> CAPTION = List.of("a machine of <2> cores & \"more\"", "JDK, commit 1234567");

    @TempDir
    Path folder;

    private final List<Row> rows = new ArrayList<>();

    private void row(String caseName, String subject, String metric, double value) {
        rows.add(new Row("cycle", caseName, subject, metric, value, "unit of " + metric));
    }

    private static Element parsed(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(file.toFile()).getDocumentElement();
    }

    private static List<String> texts(Element svg) {
        NodeList nodes = svg.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    private static List<Double> lengths(Element svg) {
        NodeList nodes = svg.getElementsByTagName("rect");
        List<Double> lengths = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            Element rect = (Element) nodes.item(i);
            if (rect.getAttribute("class").startsWith("bar")) {
                lengths.add(Double.parseDouble(rect.getAttribute("width")));
            }
        }
        return lengths;
    }

    @Test
    void a_file_for_each_case_and_metric_has_every_figure_and_subject() throws Exception {
        row("t1", "rockpool", "ops_per_us", 51.0234);
        row("t1", "hikaricp", "ops_per_us", 8.7);
        row("t2", "rockpool", "ops_per_us", 98.76543);
        row("t1", "rockpool", "bytes_per_op", 24);
        row("t1", "hikaricp", "bytes_per_op", 0.00012345);

        List<Path> files = Plot.write(rows, CAPTION, folder.resolve("new"));

        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly("cycle-t1-ops_per_us.svg", "cycle-t2-ops_per_us.svg", "cycle-t1-bytes_per_op.svg");
        for (Path file : files) {
            Element svg = parsed(file);
            assertThat(svg.getNamespaceURI()).isEqualTo("http://www.w3.org/2000/svg");
            List<String> expected = new ArrayList<>(CAPTION);
            for (Row row : rows) {
                if (file.endsWith("cycle-" + row.caseName() + "-" + row.metric() + ".svg")) {
                    expected.add("cycle " + row.caseName() + ": " + row.metric());
                    expected.addAll(List.of(row.subject(), Plot.words(row.value())));
                }
            }
            assertThat(texts(svg)).containsAll(expected);
            assertThat(texts(svg)).anySatisfy(text -> assertThat(text).startsWith("unit of "));
        }
    }

    @Test
    void bars_are_as_long_as_their_figures_up_to_a_factor_of_twenty() throws Exception {
        row("t1", "rockpool", "x", 100);
        row("t1", "hikaricp", "x", 25);

        Element svg = parsed(Plot.write(rows, CAPTION, folder).get(0));

        assertThat(lengths(svg).get(0)).isEqualTo(4 * lengths(svg).get(1));
        assertThat(texts(svg)).noneSatisfy(text -> assertThat(text).contains("logarithmic"));
    }

    @Test
    void beyond_that_the_scale_is_logarithmic_and_says_so() throws Exception {
        row("t1", "rockpool", "x", 1000);
        row("t1", "hikaricp", "x", 100);
        row("t1", "c3p0", "x", 10);
        row("t1", "agroal", "x", 0);
        row("t1", "vibur", "x", Double.NaN);

        Element svg = parsed(Plot.write(rows, CAPTION, folder).get(0));

        List<Double> lengths = lengths(svg);
        assertThat(lengths.get(0) - lengths.get(1)).isCloseTo(lengths.get(1) - lengths.get(2), within(0.11));
        assertThat(lengths.get(2)).isPositive();
        assertThat(lengths.subList(3, 5)).containsOnly(0.0);
        assertThat(texts(svg)).contains("unit of x, logarithmic scale from 1", "0", "none");
    }

    @Test
    void figures_have_four_digits() {
        assertThat(List.of(51.0234, 8.7, 1234567.0, 0.00012345, 24.0, 0.0).stream()
                        .map(Plot::words))
                .containsExactly("51.02", "8.7", "1,235,000", "0.0001234", "24", "0");
    }
}
