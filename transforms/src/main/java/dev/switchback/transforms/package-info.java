/**
 * The pure core: what a change is and what it becomes. Schema, change, mapping, mutation and inverse live below this
 * package; nothing here may know Kafka, JDBC or a cloud, so that every rule can be tested on values alone.
 */
@NullMarked
package dev.switchback.transforms;

import org.jspecify.annotations.NullMarked;
