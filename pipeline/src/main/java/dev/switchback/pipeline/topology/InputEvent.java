package dev.switchback.pipeline.topology;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Event;

/** A record of a change topic, decoded, with the bytes it was decoded from. */
record InputEvent(InputChange input, Event event) {}
