/** Programs of the user's that Switchback runs: as hooks, and as a fence. */
@NullMarked
package dev.switchback.connectors.command;

import org.jspecify.annotations.NullMarked;
