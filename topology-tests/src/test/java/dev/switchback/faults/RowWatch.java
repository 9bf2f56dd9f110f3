package dev.switchback.faults;

import java.util.List;

import dev.switchback.platform.EmbeddedDatabase;

/**
 * Triggers at the destination, {@code ENABLE ALWAYS} so that they fire for applied rows too, which record each row that
 * is written with a version its key has already had, or an older one, be it in between deleted or not.
 */
final class RowWatch {

    private final EmbeddedDatabase destination;

    private RowWatch(EmbeddedDatabase destination) {
        this.destination = destination;
    }

    /** Starts to watch; rows that are there already count as seen. */
    static RowWatch on(EmbeddedDatabase destination) {
        destination.execute(
                "CREATE TABLE seen (tab text, key text, version bigint NOT NULL, PRIMARY KEY (tab, key))",
                "CREATE TABLE backwards (tab text, key text, seen bigint, written bigint, at timestamptz DEFAULT clock_timestamp())",
                """
                CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
                DECLARE
                    k text := (SELECT string_agg(to_jsonb(NEW) ->> c, ',') FROM unnest(TG_ARGV) c);
                    v bigint := (SELECT s.version FROM seen s WHERE s.tab = TG_TABLE_NAME AND s.key = k);
                BEGIN
                    IF v >= NEW.version THEN
                        INSERT INTO backwards (tab, key, seen, written) VALUES (TG_TABLE_NAME, k, v, NEW.version);
                    END IF;
                    INSERT INTO seen VALUES (TG_TABLE_NAME, k, NEW.version)
                        ON CONFLICT (tab, key) DO UPDATE SET version = greatest(seen.version, excluded.version);
                    RETURN NULL;
                END $$
                """);
        watch(destination, "item", "id");
        watch(destination, "pair", "a", "b");
        watch(destination, "bulk", "id");
        watch(destination, "progress", "writer");
        return new RowWatch(destination);
    }

    private static void watch(EmbeddedDatabase destination, String table, String... key) {
        destination.execute(
                "CREATE TRIGGER watch AFTER INSERT OR UPDATE ON " + table + " FOR EACH ROW EXECUTE FUNCTION watch('"
                        + String.join("', '", key) + "')",
                "ALTER TABLE " + table + " ENABLE ALWAYS TRIGGER watch",
                "INSERT INTO seen SELECT '" + table + "', concat_ws(',', " + String.join(", ", key) + "), version FROM "
                        + table + " ON CONFLICT DO NOTHING");
    }

    /** The rows that moved backwards, for people; empty when all is well. */
    List<String> backwards() {
        String rows = destination.value("SELECT string_agg(tab || ' (' || key || '): version ' || written || ' after '"
                + " || seen, E'\\n' ORDER BY at) FROM (SELECT * FROM backwards ORDER BY at LIMIT 20) b");
        return rows == null ? List.of() : rows.lines().toList();
    }

    /** How many rows have been written since watching began: a watch that saw nothing proves nothing. */
    long seen() {
        return Long.parseLong(destination.value("SELECT count(*) FROM seen"));
    }
}
