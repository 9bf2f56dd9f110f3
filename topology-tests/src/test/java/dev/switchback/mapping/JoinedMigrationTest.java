package dev.switchback.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.problem.Problem;

/** Joins, key changes and tables that share a destination, against the same {@code SELECT} at the source. */
class JoinedMigrationTest {

    private static final String STORES =
            """
            SELECT COALESCE(s.merchant_id, m.merchant_id, 0) AS merchant_id, s.store_id, s.name, s.menu,
                   CAST(s.rating AS numeric(3,1)) AS rating, t.title AS tier
            FROM store s
            LEFT JOIN lookup_store2merchant m ON m.store_id = s.store_id
            LEFT JOIN tier t ON t.code = m.tier
            WHERE s.status <> 'closed' AND t.title IS DISTINCT FROM 'hidden'""";

    private static final String NAMES = "SELECT 'store' AS kind, name AS label, store_id AS id FROM store";
    private static final String TIERS = "SELECT 'tier' AS kind, code AS label, tier_id AS id FROM tier";

    private static final String TABLES =
            """
              public.store:
                to: public.merchant_store
                key: [merchant_id, store_id]
                select: |
            """
                    + STORES.indent(6)
                    + """
                      public.label_source:
                        to: public.label
                        key: [kind, label]
                        select: "SELECT 'store' AS kind, name AS label, id FROM label_source"
                      public.tier:
                        to: public.label
                        key: [kind, label]
                        select: "SELECT 'tier' AS kind, code AS label, tier_id AS id FROM tier"
                    """;

    private final MappedMigration migration = new MappedMigration();

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void theDestinationHasWhatTheSelectsGiveAtTheSource() {
        createTables();
        migration.source().execute(fill(1, 300));

        migration.start(migration.plan(TABLES));
        assertEqual();
        migration
                .source()
                .execute(
                        fill(301, 400),
                        "UPDATE lookup_store2merchant SET merchant_id = merchant_id + 1 WHERE store_id % 3 = 0",
                        "UPDATE store SET name = name || '!' WHERE store_id % 5 = 0",
                        "DELETE FROM lookup_store2merchant WHERE store_id % 7 = 0",
                        "UPDATE store SET status = 'closed' WHERE store_id % 11 = 0",
                        "UPDATE store SET merchant_id = 4 WHERE store_id % 13 = 0",
                        "UPDATE tier SET title = 'hidden' WHERE code = 'b'",
                        "UPDATE tier SET title = upper(title) WHERE code = 'c'",
                        "UPDATE store SET store_id = store_id + 1000 WHERE store_id % 17 = 0",
                        "UPDATE lookup_store2merchant SET store_id = store_id + 1000 WHERE store_id % 34 = 0",
                        "DELETE FROM store WHERE store_id % 19 = 0",
                        "UPDATE label_source SET name = CASE id WHEN 1 THEN 'zwei' ELSE 'eins' END WHERE id IN (1, 2)");
        assertEqual();

        migration.source().execute("TRUNCATE tier, lookup_store2merchant");
        assertEqual();
        migration.source().execute("TRUNCATE store", fill(500, 520));
        assertEqual();
    }

    /** A way back has change topics of the destination's tables, and mutation topics of the source's. */
    @Test
    void tablesWhoseTopicsKafkaWouldTakeForOneAreRefused() {
        createTables();
        for (EmbeddedDatabase side : List.of(migration.source(), migration.destination())) {
            side.execute(
                    "CREATE SCHEMA lookup_public",
                    "CREATE TABLE lookup_public.tier (id int PRIMARY KEY)",
                    "CREATE SCHEMA mutations_public",
                    "CREATE TABLE mutations_public.label_source (id int PRIMARY KEY)");
        }
        migration.destination().execute("CREATE TABLE named (name text, id int, PRIMARY KEY (name, id))");

        assertThatThrownBy(() -> migration.plan(TABLES + "  lookup_public.tier: {}\n"))
                .hasMessageContaining(
                        "The change topic of lookup_public.tier and the lookup topic of public.tier would be"
                                + " shop.forward.lookup_public.tier and shop.forward.lookup.public.tier, which Kafka does not"
                                + " tell apart.");
        assertThat(migration
                        .plan(
                                """
                                  public.label_source: {to: public.named, key: [name, id]}
                                  mutations_public.label_source: {}
                                """
                                        .indent(2))
                        .noWayBack())
                .extracting(Problem::what)
                .containsExactly("The mutation topic of public.label_source and the change topic of"
                        + " mutations_public.label_source would be shop.reverse.mutations.public.label_source and"
                        + " shop.reverse.mutations_public.label_source, which Kafka does not tell apart.");
    }

    private void assertEqual() {
        migration.awaitEqual(STORES, "SELECT * FROM merchant_store");
        migration.awaitEqual(
                NAMES.replace("store_id", "id").replace("FROM store", "FROM label_source") + " UNION ALL " + TIERS,
                "SELECT * FROM label");
        assertThat(migration.destination().value("SELECT count(*) FROM switchback.held"))
                .isEqualTo("0");
    }

    private void createTables() {
        migration
                .source()
                .execute(
                        "CREATE TABLE store (store_id bigint PRIMARY KEY, merchant_id int, name text NOT NULL, menu text,"
                                + " rating numeric(4,2), status text NOT NULL)",
                        "CREATE TABLE lookup_store2merchant (store_id int PRIMARY KEY, merchant_id int NOT NULL, tier text)",
                        "CREATE TABLE tier (tier_id int PRIMARY KEY, code text NOT NULL UNIQUE, title text)",
                        "CREATE TABLE label_source (id int PRIMARY KEY, name text NOT NULL)",
                        "INSERT INTO tier VALUES (1, 'a', 'first'), (2, 'b', 'second'), (3, 'c', NULL), (4, 'd', 'hidden')",
                        "INSERT INTO label_source VALUES (1, 'eins'), (2, 'zwei'), (3, 'drei')");
        migration
                .destination()
                .execute(
                        "CREATE TABLE merchant_store (merchant_id int, store_id bigint, name text, menu text, rating"
                                + " numeric(3,1), tier text, PRIMARY KEY (merchant_id, store_id))",
                        "CREATE TABLE label (kind text, label text, id int, PRIMARY KEY (kind, label))");
    }

    private static String fill(int from, int to) {
        return "INSERT INTO store SELECT i, CASE i % 4 WHEN 0 THEN i % 6 END, 'store ' || i,"
                + " repeat(md5(i::text), CASE i % 10 WHEN 0 THEN 400 ELSE 1 END), i % 500 / 100.0,"
                + " CASE i % 9 WHEN 0 THEN 'closed' ELSE 'open' END FROM generate_series(" + from + ", " + to + ") i;"
                + " INSERT INTO lookup_store2merchant SELECT i, i % 5, chr(96 + i % 6) FROM generate_series(" + from
                + ", " + to + ") i WHERE i % 2 = 0";
    }
}
