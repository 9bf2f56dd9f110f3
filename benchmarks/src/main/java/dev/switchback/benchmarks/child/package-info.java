/** Main classes of child JVMs. Each says what it has reached on standard output, see {@code machine.JavaChild}. */
@NullMarked
package dev.switchback.benchmarks.child;

import org.jspecify.annotations.NullMarked;
