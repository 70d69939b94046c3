/** The incentive service: employees, points, votes and a bonus pot on SQLite, served over HTTP through Rockpool. */
@NullMarked
package io.rockpool.examples.incentive;

import org.jspecify.annotations.NullMarked;
