/** What every contender works on: two databases, a broker, and the same changes in the same log for all. */
@NullMarked
package dev.switchback.benchmarks.stage;

import org.jspecify.annotations.NullMarked;
