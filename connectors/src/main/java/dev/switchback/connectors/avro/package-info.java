/**
 * Changes and watermarks as bytes: Avro in Confluent's wire format, and the stores that its schemas live in. Nothing here
 * produces or consumes change topics, and nothing outside this package knows how a record's bytes are laid out.
 */
@NullMarked
package dev.switchback.connectors.avro;

import org.jspecify.annotations.NullMarked;
