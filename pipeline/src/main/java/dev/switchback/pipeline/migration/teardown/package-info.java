/**
 * The end of a migration: what it has left in both databases, in Kafka and on disk is listed, and taken away on request.
 */
@NullMarked
package dev.switchback.pipeline.migration.teardown;

import org.jspecify.annotations.NullMarked;
