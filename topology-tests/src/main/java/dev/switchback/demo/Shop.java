package dev.switchback.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.schema.TableId;

/** The demo's database: five tables of a shop that delivers food. */
final class Shop {

    static final String DATABASE = "shop";

    /** What {@code seed.sql} creates; the rows have the keys from 1 on. */
    static final int CONSUMERS = 25_000;

    static final int STORES = 1_000;
    static final int ORDERS = 55_000;

    static final List<TableId> TABLES = Stream.of("consumer", "store", "order", "order_item", "delivery", "receipt")
            .map(TableId::parse)
            .toList();

    private Shop() {}

    /** Creates the empty tables, owned by a role of their own as an application's tables are. */
    static void createTables(EmbeddedDatabase database) {
        database.execute(
                "CREATE ROLE shop_owner",
                "GRANT ALL ON SCHEMA public TO shop_owner",
                "SET ROLE shop_owner",
                script("shop.sql"));
    }

    static void seed(EmbeddedDatabase database) {
        database.execute(script("seed.sql"));
    }

    /** The user that the migration logs in as: no superuser, but a member of the role that owns the tables. */
    static PostgresSettings createMigrationUser(EmbeddedDatabase database) {
        return database.createUser(
                "switchback",
                "REPLICATION",
                "shop_owner",
                "CREATE ON DATABASE " + DATABASE,
                "SET ON PARAMETER session_replication_role");
    }

    static long rows(EmbeddedDatabase database) {
        return TABLES.stream()
                .mapToLong(table ->
                        Long.parseLong(String.valueOf(database.value("SELECT count(*) FROM \"" + table.name() + "\""))))
                .sum();
    }

    private static String script(String name) {
        try (InputStream in = Shop.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
