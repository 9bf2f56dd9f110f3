package dev.switchback.run;

import java.time.Duration;
import java.util.List;

import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.transforms.schema.TableId;

/** Looks at the two databases from outside. */
final class Tables {

    static final Duration PATIENCE = Duration.ofSeconds(90);

    private Tables() {}

    static void create(Platform platform, String name, String columns) {
        platform.source().execute("CREATE TABLE " + name + " (" + columns + ")");
        platform.destination().execute("CREATE TABLE " + name + " (" + columns + ")");
    }

    static void awaitEqual(Platform platform, String table) {
        List<TableId> tables = List.of(TableId.parse(table));
        Await.until(
                table + " to be equal on both sides",
                PATIENCE,
                () -> TableCompare.compare(platform.source(), platform.destination(), tables, 1).stream()
                        .allMatch(TableCompare.Result::equal));
    }

    /** The slots that some session reads, or "none". */
    static String activeSlots(Platform platform) {
        return String.valueOf(platform.source()
                .value("SELECT coalesce(string_agg(slot_name, ' '), 'none') FROM pg_replication_slots WHERE active"));
    }
}
