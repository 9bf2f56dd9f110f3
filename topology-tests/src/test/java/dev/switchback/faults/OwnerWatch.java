package dev.switchback.faults;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.platform.EmbeddedDatabase;

/** A trigger on the checkpoints, which records the member that was the last to write each of them. */
record OwnerWatch(EmbeddedDatabase destination) {

    /** Starts to watch; each member must have a database user of its own. */
    static OwnerWatch on(EmbeddedDatabase destination) {
        destination.execute(
                "CREATE TABLE owner (topic text, partition int, member text NOT NULL, moves int NOT NULL DEFAULT 0,"
                        + " PRIMARY KEY (topic, partition))",
                """
                CREATE FUNCTION watch_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
                BEGIN
                    INSERT INTO owner AS o VALUES (NEW.topic, NEW.partition, session_user)
                        ON CONFLICT (topic, partition) DO UPDATE SET member = excluded.member, moves = o.moves + 1
                        WHERE o.member <> excluded.member;
                    RETURN NULL;
                END $$
                """,
                "CREATE TRIGGER watch AFTER INSERT OR UPDATE ON switchback.checkpoint"
                        + " FOR EACH ROW EXECUTE FUNCTION watch_owner()",
                "ALTER TABLE switchback.checkpoint ENABLE ALWAYS TRIGGER watch");
        return new OwnerWatch(destination);
    }

    /** The input partitions, as {@code TOPIC-PARTITION}, whose checkpoints this member was the last to write. */
    Set<String> ownedBy(String member) {
        String owned = destination.value(
                "SELECT string_agg(topic || '-' || partition, ' ') FROM owner WHERE member = '" + member + "'");
        return owned == null ? Set.of() : Stream.of(owned.split(" ")).collect(Collectors.toSet());
    }

    /** How often an input partition has gone over from one member to another. */
    long moves() {
        return Long.parseLong(destination.value("SELECT coalesce(sum(moves), 0) FROM owner"));
    }
}
