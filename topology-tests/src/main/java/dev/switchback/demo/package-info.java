/**
 * The {@code demo} verb: a shop under write load, moved from one PostgreSQL to another and compared in full. Never shipped.
 */
@NullMarked
package dev.switchback.demo;

import org.jspecify.annotations.NullMarked;
