/**
 * What a monitoring system sees of a process: its meters, all declared in one class, and its health. Knows nothing of how
 * the values come about.
 */
@NullMarked
package dev.switchback.pipeline.metrics;

import org.jspecify.annotations.NullMarked;
