/** The admin endpoint: who may ask, what is answered, and the two ways to mount it. */
@NullMarked
package io.rockpool.admin;

import org.jspecify.annotations.NullMarked;
