/**
 * How a migration stands, read from its two databases and Kafka by any process that has its file. Looks only, and decides
 * nothing.
 */
@NullMarked
package dev.switchback.pipeline.status;

import org.jspecify.annotations.NullMarked;
