/** What the wire format, the codecs and the schema stores promise. */
@NullMarked
package dev.switchback.connectors.avro;

import org.jspecify.annotations.NullMarked;
