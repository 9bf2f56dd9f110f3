/**
 * The Kafka broker that a migration uses when its file names none: a single node in this process, on disk in the data
 * directory, and the lock that keeps a second process out of that directory. Nothing here knows what the topics hold.
 */
@NullMarked
package dev.switchback.pipeline.broker;

import org.jspecify.annotations.NullMarked;
