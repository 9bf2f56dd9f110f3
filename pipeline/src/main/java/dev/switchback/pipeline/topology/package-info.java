/**
 * The topology that turns a flow's changes into rows of its destination: decode, map, apply, and the role that keeps it
 * running. Nothing here knows which database is at either end; that is behind {@code connectors.spi}.
 */
@NullMarked
package dev.switchback.pipeline.topology;

import org.jspecify.annotations.NullMarked;
