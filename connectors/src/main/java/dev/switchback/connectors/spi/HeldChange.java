package dev.switchback.connectors.spi;

/**
 * A change that could not be mapped or applied, kept at the destination in its key's order.
 *
 * @param table the destination table, as text
 * @param sourceKey the source key for people: {@code (42)}
 * @param destinationKey the destination key for people; {@code ?} where the mapping could not tell
 * @param reason why, in words, with the destination's own error where there is one
 */
public record HeldChange(InputChange change, String table, String sourceKey, String destinationKey, String reason) {}
