/** What keeping schemas in Kafka promises, on a real broker. */
@NullMarked
package dev.switchback.schemas;

import org.jspecify.annotations.NullMarked;
