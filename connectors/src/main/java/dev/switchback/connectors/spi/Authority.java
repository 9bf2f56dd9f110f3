package dev.switchback.connectors.spi;

/**
 * By what right an operator changes a side: a transaction that finds anything else in the control row refuses.
 *
 * @param epoch the operator's own, which it has raised in the control rows of both sides
 * @param direction the direction that applies, as the operator knows it
 */
public record Authority(long epoch, Direction direction) {}
