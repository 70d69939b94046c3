/** What pool tests are made of: a JDBC driver with scripted faults, and time under control. */
@NullMarked
package io.rockpool.testkit;

import org.jspecify.annotations.NullMarked;
