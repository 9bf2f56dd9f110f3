package dev.switchback.pipeline.migration.teardown;

/**
 * Something that a migration has left.
 *
 * @param where in which system: {@code source db-old:5432/shop}, {@code Kafka at localhost:9092}
 * @param kind what it is: a slot, a topic, a directory
 * @param name unique among those of its kind there
 * @param what what it is there for, and what its end means
 */
public record Thing(String where, String kind, String name, String what) {

    /** {@code source db-old:5432/shop: slot switchback_shop_forward}. */
    @Override
    public String toString() {
        return where + ": " + kind + " " + name;
    }
}
