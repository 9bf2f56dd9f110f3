/** What was measured, as JSON and as a page. */
@NullMarked
package dev.switchback.benchmarks.report;

import org.jspecify.annotations.NullMarked;
