/** Lends any resource: slots, waiters, opening, housekeeping. Imports the JDK alone and knows no JDBC. */
@NullMarked
package io.rockpool.engine;

import org.jspecify.annotations.NullMarked;
