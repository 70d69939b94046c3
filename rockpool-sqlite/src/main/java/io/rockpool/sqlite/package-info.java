/** What the pool knows of SQLite: its pragmas, transactions, errors and session state. */
@NullMarked
package io.rockpool.sqlite;

import org.jspecify.annotations.NullMarked;
