/** The ledger as a Kafka topic: its settings, its records as JSON, its reader, tail and writer. Decides nothing. */
@NullMarked
package dev.switchback.pipeline.migration.topic;

import org.jspecify.annotations.NullMarked;
