package io.rockpool;

/**
 * One piece of advice, with the figures it rests on.
 *
 * @param rule the rule's stable name: {@code hit-ratio}, {@code overflow}, {@code failures}, {@code utilization}, …
 * @param message what was seen, with its numbers, and what to change
 */
public record Recommendation(String rule, String message) {}
