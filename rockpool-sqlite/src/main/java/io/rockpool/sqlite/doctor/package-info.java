/** Examines a SQLite database file, and a pool's settings for it, and says what to change and why. */
@NullMarked
package io.rockpool.sqlite.doctor;

import org.jspecify.annotations.NullMarked;
