/**
 * What happened at a source: row changes and the watermarks between them. Decoded from change topics by the pipeline;
 * nothing here knows about Kafka, Avro or a database's protocol.
 */
@NullMarked
package dev.switchback.transforms.change;

import org.jspecify.annotations.NullMarked;
