/**
 * The same records by Confluent's own serializers. Only the Maven profile {@code confluent} compiles this package, since
 * their library is in no repository that the default build contacts.
 */
@NullMarked
package dev.switchback.connectors.avro.confluent;

import org.jspecify.annotations.NullMarked;
