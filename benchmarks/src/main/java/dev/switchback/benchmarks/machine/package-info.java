/** What processes cost: child JVMs, their CPU time and memory, and what machine this is. Knows nothing of databases. */
@NullMarked
package dev.switchback.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
