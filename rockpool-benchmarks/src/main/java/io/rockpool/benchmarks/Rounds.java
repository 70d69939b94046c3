package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of several rounds by case and subject. Threads: one. */
final class Rounds {

    private final Map<String, Map<String, List<Map<String, Figure>>>> figures = new LinkedHashMap<>();

    void add(String caseName, String subject, Map<String, Figure> round) {
        figures.computeIfAbsent(caseName, name -> new LinkedHashMap<>())
                .computeIfAbsent(subject, name -> new ArrayList<>())
                .add(round);
    }

    boolean isEmpty() {
        return figures.isEmpty();
    }

    boolean has(String caseName, String subject, String metric) {
        return of(caseName, subject).stream().anyMatch(round -> round.containsKey(metric));
    }

    /** Over the rounds that have the metric; at least one must. */
    Spread spread(String caseName, String subject, String metric) {
        return Spread.of(of(caseName, subject).stream()
                .filter(round -> round.containsKey(metric))
                .map(round -> round.get(metric).value())
                .toList());
    }

    double median(String caseName, String subject, String metric) {
        return spread(caseName, subject, metric).median();
    }

    private List<Map<String, Figure>> of(String caseName, String subject) {
        return figures.getOrDefault(caseName, Map.of()).getOrDefault(subject, List.of());
    }
}
