package dev.switchback.pipeline.migration;

/**
 * By what right an operator decides.
 *
 * @param epoch the operator's own, which it has raised in both databases' control rows
 * @param decisions how many decisions there were when the operator looked last
 */
public record Claim(long epoch, long decisions) {}
