/** The benchmarks: the pool beside its peers, in one run on one machine. */
@NullMarked
package io.rockpool.benchmarks;

import org.jspecify.annotations.NullMarked;
