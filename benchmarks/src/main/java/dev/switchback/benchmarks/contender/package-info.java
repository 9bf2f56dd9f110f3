/** Those that are compared, each behind the same small interface. */
@NullMarked
package dev.switchback.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
