/** Rockpool: a JDBC connection pool that says why when something goes wrong. The API, and the one exported package. */
@NullMarked
package io.rockpool;

import org.jspecify.annotations.NullMarked;
