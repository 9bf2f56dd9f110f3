package dev.switchback.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.ProblemException;

/** A migration whose {@code SELECT} computes, filters and changes the key, against the same {@code SELECT} at the source. */
class MappedMigrationTest {

    private static final String SELECT =
            """
            SELECT coalesce(s.merchant_id, 0) AS merchant_id, CAST(s.store_id AS bigint) AS store_id, s.name,
                   upper(trim(s.code)) AS code, s.price * 1.077 AS gross, round(s.price / 3, 4) AS third,
                   CASE WHEN s.price > 100 THEN 'dear' WHEN s.price IS NULL THEN 'unknown' ELSE 'cheap' END AS class,
                   date_trunc('month', s.opened_at) AS opened, extract(year FROM s.opened_at) AS year,
                   s.opened_at + INTERVAL '1' MONTH AS first_review,
                   timezone('America/New_York', s.opened_at) AS opened_there,
                   jsonb_extract_path_text(s.attributes, 'colour') AS colour, md5(s.menu) AS menu_digest, s.menu
            FROM store s
            WHERE s.closed_at IS NULL AND s.name NOT LIKE 'test%'""";

    private static final String TABLE =
            """
              public.store:
                to: public.merchant_store
                key: [merchant_id, store_id]
                select: |
            """
                    + SELECT.indent(6);

    private final MappedMigration migration = new MappedMigration();

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void theDestinationHasWhatTheSelectGivesAtTheSource() {
        createTables();
        migration.source().execute("ALTER TABLE store REPLICA IDENTITY FULL", insert(1, 400));
        Plan plan = migration.plan(TABLE);

        assertThat(plan.joins().mappings()).isEmpty();
        assertTheDestinationFollows(plan);
    }

    /** The log tells no old row but its key, and leaves out what has not changed: the rows are remembered. */
    @Test
    void aTableThatLogsNoOldRowsGoesThroughAMutationTopic() {
        createTables();
        migration.source().execute(insert(1, 400));
        Plan plan = migration.plan(TABLE);

        assertThat(plan.notices())
                .contains(
                        "public.store takes the longer way through a mutation topic, and its rows are remembered: its log"
                                + " does not carry whole old rows, but its destination key is made of merchant_id too, so that an"
                                + " update may move the row. ALTER TABLE public.store REPLICA IDENTITY FULL ahead of the first"
                                + " run would spare that, and make the log longer.");
        assertTheDestinationFollows(plan);
    }

    /** Of two readings that are one instant, nothing at the destination tells which it was. */
    @Test
    void thatASkippedReadingComesBackAsAnotherIsSaid() {
        migration.source().execute("CREATE TABLE visit (id int PRIMARY KEY, came timestamp, seen timestamp)");
        migration.destination().execute("CREATE TABLE visit (id int PRIMARY KEY, came timestamptz, seen timestamptz)");
        Plan plan = migration.plan(
                """
                  public.visit:
                    select: SELECT id, timezone('Europe/Berlin', came) AS came, timezone('Etc/GMT-2', seen) AS seen FROM visit
                """
                        .indent(2));

        assertThat(plan.noWayBack()).isEmpty();
        assertThat(plan.notices())
                .filteredOn(notice -> notice.startsWith("public.visit"))
                .containsExactly(
                        "public.visit: a time that the clocks of Europe/Berlin skip is the one that they showed"
                                + " instead at the destination, and comes back into came as that one once anything of its row has"
                                + " changed there.");
    }

    @Test
    void aZoneThatTheDatabaseDoesNotHaveAlikeIsRefusedWithItsPlace() {
        migration.source().execute("CREATE TABLE visit (id int PRIMARY KEY, came timestamp)");
        migration.destination().execute("CREATE TABLE visit (id int PRIMARY KEY, came timestamptz)");
        String table =
                """
                  public.visit:
                    select: SELECT id, timezone('SystemV/AST4ADT', came) AS came FROM visit
                """
                        .indent(2);

        assertThatThrownBy(() -> migration.plan(table))
                .hasMessageContaining("line 1, column 12 of the select: Time zone SystemV/AST4ADT: the source has it");
    }

    private void assertTheDestinationFollows(Plan plan) {

        migration.start(plan);
        migration.awaitEqual(SELECT, "SELECT * FROM merchant_store");
        migration
                .source()
                .execute(
                        insert(401, 500),
                        "UPDATE store SET price = price + 0.005, opened_at = opened_at - interval '31 days'"
                                + " WHERE store_id % 3 = 0",
                        "UPDATE store SET closed_at = now() WHERE store_id % 7 = 0",
                        "UPDATE store SET closed_at = NULL WHERE store_id % 14 = 0",
                        "UPDATE store SET merchant_id = nullif(store_id % 4, 2) WHERE store_id % 5 = 0",
                        "UPDATE store SET merchant_id = 9, closed_at = now() WHERE store_id % 17 = 0",
                        "UPDATE store SET store_id = store_id + 10000 WHERE store_id % 11 = 0",
                        "UPDATE store SET name = 'test ' || name WHERE store_id % 13 = 0",
                        "DELETE FROM store WHERE store_id % 19 = 0");
        migration.awaitEqual(SELECT, "SELECT * FROM merchant_store");

        assertThat(migration.destination().value("SELECT count(*) FROM merchant_store"))
                .isEqualTo(migration.source().value("SELECT count(*) FROM (" + SELECT + ") s"))
                .isNotEqualTo("0");
        assertThat(migration.destination().value("SELECT count(*) FROM switchback.held"))
                .isEqualTo("0");
    }

    @Test
    void everythingWrongWithTheSelectsIsSaidAtOnce() {
        createTables();
        migration.source().execute("ALTER TABLE store REPLICA IDENTITY FULL");

        assertThatThrownBy(
                        () -> migration.plan(
                                """
                          public.store:
                            to: public.merchant_store
                            select: SELECT store_id, now() AS opened, uper(name) AS name, price > name AS class FROM store
                        """))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.problems()).hasSize(3));
    }

    private void createTables() {
        migration
                .source()
                .execute(
                        "CREATE TABLE store (store_id int PRIMARY KEY, merchant_id int, name text NOT NULL, code char(6),"
                                + " price numeric(10,2), opened_at timestamptz, attributes jsonb, menu text, closed_at timestamp)");
        migration
                .destination()
                .execute(
                        "CREATE TABLE merchant_store (merchant_id int, store_id bigint, name text, code text, gross numeric,"
                                + " third numeric, class varchar(10), opened timestamptz, year numeric, first_review timestamptz,"
                                + " opened_there timestamp, colour text, menu_digest text, menu text, PRIMARY KEY (merchant_id, store_id))");
    }

    private static String insert(int from, int to) {
        return "INSERT INTO store SELECT i, nullif(i % 6, 0), 'Stóre ' || i || ' 😀', ' c' || i % 100, nullif(i % 200, 0) + 0.25,"
                + " timestamptz '2024-01-31 12:34:56.789012+02' + i * interval '37 hours',"
                + " jsonb_build_object('colour', chr(97 + i % 26), 'size', i),"
                + " repeat(md5(i::text), CASE i % 10 WHEN 0 THEN 400 ELSE 1 END),"
                + " CASE i % 9 WHEN 0 THEN timestamp '2024-05-05' END FROM generate_series(" + from + ", " + to + ") i";
    }
}
