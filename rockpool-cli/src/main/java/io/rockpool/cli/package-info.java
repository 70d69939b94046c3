/** The command line: {@code rockpool demo} and {@code rockpool bench}. */
@NullMarked
package io.rockpool.cli;

import org.jspecify.annotations.NullMarked;
