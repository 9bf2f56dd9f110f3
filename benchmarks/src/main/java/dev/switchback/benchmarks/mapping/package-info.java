/** One row through a compiled mapping, measured by JMH. */
@NullMarked
package dev.switchback.benchmarks.mapping;

import org.jspecify.annotations.NullMarked;
