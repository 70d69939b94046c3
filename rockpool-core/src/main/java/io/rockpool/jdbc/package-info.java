/** JDBC on the engine: opening, wrappers, transactions, session reset, fatal errors. */
@NullMarked
package io.rockpool.jdbc;

import org.jspecify.annotations.NullMarked;
