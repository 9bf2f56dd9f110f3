/** The benchmark: Switchback side by side with what its users would pick instead, in one run. Never shipped. */
@NullMarked
package dev.switchback.benchmarks;

import org.jspecify.annotations.NullMarked;
