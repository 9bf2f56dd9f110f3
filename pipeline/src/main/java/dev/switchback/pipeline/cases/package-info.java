/**
 * Cases of a mapping: what happens at the source, and what the destination is to have then. They run through the very
 * topology of a migration, without a database and without Kafka.
 */
@NullMarked
package dev.switchback.pipeline.cases;

import org.jspecify.annotations.NullMarked;
