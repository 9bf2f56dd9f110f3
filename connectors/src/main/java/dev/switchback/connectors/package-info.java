/**
 * The outside world, one package per system, and the interfaces that the systems fill. What a system can do it declares;
 * nothing here may decide when it is done, which is the pipeline's part.
 */
@NullMarked
package dev.switchback.connectors;

import org.jspecify.annotations.NullMarked;
