package dev.switchback.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.schema.TableId;

/** The demo's database: six tables of a shop that delivers food. */
final class Shop {

    static final String DATABASE = "shop";

    /** What {@code seed.sql} creates; the rows have the keys from 1 on. */
    static final int CONSUMERS = 25_000;

    static final int STORES = 1_000;
    static final int ORDERS = 55_000;

    static final List<TableId> TABLES = Stream.of("consumer", "store", "order", "order_item", "delivery", "receipt")
            .map(TableId::parse)
            .toList();

    /** The one that is not the same on both sides. */
    static final TableId STORE = TableId.parse("store");

    /** Those that are. */
    static final List<TableId> COPIED =
            TABLES.stream().filter(table -> !table.equals(STORE)).toList();

    /** What the store is at the destination, of what it is at the source. */
    static final String STORE_SELECT = script("store.select.sql");

    private Shop() {}

    /** Creates the empty tables as they are, owned by a role of their own as an application's tables are. */
    static void createSourceTables(EmbeddedDatabase database) {
        createTables(database, "source-store.sql");
    }

    /** As they are to be. */
    static void createDestinationTables(EmbeddedDatabase database) {
        createTables(database, "destination-store.sql");
    }

    private static void createTables(EmbeddedDatabase database, String store) {
        database.execute(
                "CREATE ROLE shop_owner",
                "GRANT ALL ON SCHEMA public TO shop_owner",
                "SET ROLE shop_owner",
                script("shop.sql"),
                script(store));
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

    /** How many stores the source lacks, or whose merchant it has forgotten: nobody deletes one, and closed ones stay. */
    static long lostStores(EmbeddedDatabase source) {
        return Long.parseLong(String.valueOf(source.value("SELECT count(*) FROM generate_series(1, " + STORES
                + ") n LEFT JOIN store ON id = md5('store' || n)::uuid"
                + " WHERE id IS NULL OR merchant_id IS DISTINCT FROM CASE WHEN n % 9 = 0 THEN n % 40 END")));
    }

    /** Writes the migration's file. Few partitions: on two cores more of them only mean more markers of each transaction. */
    static Path migrationFile(Path directory, PostgresSettings source, PostgresSettings destination) {
        String tables = COPIED.stream().map(table -> "  " + table + ": {}\n").collect(Collectors.joining());
        String store = "  " + STORE + ":\n    key: [merchant_id, id]\n    select: |\n" + STORE_SELECT.indent(6);
        try {
            return Files.writeString(
                    directory.resolve("shop.yaml"),
                    """
                    migration: shop
                    source: %s
                    destination: %s
                    metrics: {port: 0}
                    topics: {partitions: 4}
                    tables:
                    %s"""
                            .formatted(yaml(source), yaml(destination), tables + store));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String yaml(PostgresSettings settings) {
        return "{type: postgres, url: \"postgresql://%s\", user: %s, password: \"%s\"}"
                .formatted(settings, settings.user(), settings.password());
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
