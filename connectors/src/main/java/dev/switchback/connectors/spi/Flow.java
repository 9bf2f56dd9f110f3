package dev.switchback.connectors.spi;

import dev.switchback.transforms.schema.TableId;

/**
 * All that runs for one direction of one migration, and the names its parts have in Kafka. The names are the identity of
 * what they hold: changing one abandons the old.
 *
 * @param migration lower-case letters, digits and underscores, a letter first: it is part of slot and topic names
 */
public record Flow(String migration, Direction direction) {

    public Flow {
        if (!migration.matches("[a-z][a-z0-9_]{0,39}")) {
            throw new IllegalArgumentException("'" + migration + "' cannot name a migration");
        }
    }

    /**
     * The topic that holds a table's changes, in the order of the source's log per key, unless it shares one; either way
     * the table's name in Kafka, by which its schemas are registered. Letters and digits of ASCII and
     * underscores stand for themselves, any other character for its code point: table {@code sales."line-item"} has
     * {@code shop.forward.sales.line-2d-item}. So two tables never share a topic, but the name may be longer than Kafka
     * allows, or one that Kafka takes for another ({@code a_b.c} and {@code a.b_c}).
     */
    public String changeTopic(TableId table) {
        return prefix() + "." + inTopic(table.schema()) + "." + inTopic(table.name());
    }

    /** The topic that holds the changes of all tables that share one, in the order of the source's log per key. */
    public String sharedTopic() {
        return prefix() + ".changes";
    }

    /** The topic whose every partition holds all changes of a table that others look rows up in. */
    public String lookupTopic(TableId table) {
        return prefix() + ".lookup." + inTopic(table.schema()) + "." + inTopic(table.name());
    }

    /** The topic that holds what source rows claim of a destination table's rows, by the destination's key. */
    public String mutationTopic(TableId destination) {
        return prefix() + ".mutations." + inTopic(destination.schema()) + "." + inTopic(destination.name());
    }

    /** The topic that holds how far capture has read, written in the transaction of the changes themselves. */
    public String offsetsTopic() {
        return prefix() + ".offsets";
    }

    /** Whether it begins with a copy of the tables. When REVERSE begins, its destination has the rows already. */
    public boolean backfills() {
        return direction == Direction.FORWARD;
    }

    /** The consumer group that applies this flow. */
    public String applicationId() {
        return "switchback-" + migration + "-" + direction.lowerCase();
    }

    /** The transactional id of this flow's one active capture; whoever takes it fences the one before. */
    public String captureTransactionalId() {
        return applicationId() + "-capture";
    }

    /** The replication slot, and the publication, that capture reads. */
    public String slot() {
        return "switchback_" + migration + "_" + direction.lowerCase();
    }

    private static String inTopic(String name) {
        StringBuilder encoded = new StringBuilder();
        name.codePoints().forEach(c -> {
            if (c == '_' || (c < 128 && Character.isLetterOrDigit(c))) {
                encoded.appendCodePoint(c);
            } else {
                encoded.append('-').append(Integer.toHexString(c)).append('-');
            }
        });
        return encoded.toString();
    }

    private String prefix() {
        return migration + "." + direction.lowerCase();
    }

    @Override
    public String toString() {
        return prefix();
    }
}
