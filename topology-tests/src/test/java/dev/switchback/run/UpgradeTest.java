package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.operation.Site;
import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.OtherVersion;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;
import dev.switchback.run.Operator.Answer;
import dev.switchback.transforms.schema.TableId;

/** A major version's upgrade: from the oldest PostgreSQL that a migration takes to the newest, there and back, under load. */
@Timeout(300)
class UpgradeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final TableId KIND = TableId.parse("public.kind");

    /** One column for each way in which a value travels. */
    private static final String[] KINDS = {
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE TABLE kind (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n numeric, f float8, b bytea, j jsonb,"
                + " t text[], m mood, at timestamptz, d date, i interval, r int4range, a inet, x xml, bits bit varying,"
                + " big text NOT NULL, len int GENERATED ALWAYS AS (length(big)) STORED)"
    };

    /** Fifty rows, whose large text is stored out of line. */
    private static final String ROWS =
            "INSERT INTO kind (n, f, b, j, t, m, at, d, i, r, a, x, bits, big) SELECT 12345678901234567890.12345 * g,"
                    + " 'NaN', '\\xdeadbeef', '{\"a\": [1, null, \"é\"]}', '{a,NULL,\"b c\"}', 'glad',"
                    + " '2026-02-03 04:05:06.789012+01', 'infinity', '1 mon -2 days 03:04:05.6', '[1,10)', '10.0.0.0/8',"
                    + " '<a>1</a>', B'10110', (SELECT string_agg(md5((g * 1000 + k)::text), '') FROM generate_series(1, 400) k)"
                    + " FROM generate_series(1, 50) g";

    @Test
    void theWritesGoFromPostgreSql14To18AndBackAndBothSidesStayEqual() {
        try (Platform platform = Platform.databases("shop", Map.of(), OtherVersion.of(14), OtherVersion.of(18))) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            assertThat(source.value("SHOW server_version")).startsWith("14.");
            assertThat(destination.value("SHOW server_version")).startsWith("18.");
            Site.create(platform);
            Stream.of(source, destination).forEach(side -> side.execute(KINDS));
            source.execute(ROWS);
            String tables = "  public.item: {}\n  public.part: {}\n  public.receipt: {}\n  public.kind: {}\n";

            try (Operator operator = new Operator(platform, "upgrade", tables);
                    WriteLoad load = Site.write(platform, 400)) {
                ChildProcess run = operator.start("run");
                Await.until(
                        "the migration to follow",
                        PATIENCE,
                        () -> operator.status().path("phase").asText().equals("following"));
                source.execute("UPDATE kind SET n = n + 1, m = 'sad' WHERE f = 'NaN'");

                move(operator, "cutover", load, 1);
                destination.execute(
                        ROWS,
                        "UPDATE kind SET n = -n, big = big || 'é' WHERE m = 'sad'",
                        "UPDATE kind SET id = gen_random_uuid() WHERE n < -5e20",
                        "DELETE FROM kind WHERE m = 'glad' AND n > 5e20");
                move(operator, "revert", load, 2);
                source.execute(ROWS);
                load.close();

                assertEqual(platform, run);
                assertThat(Site.lost(source, load)).isZero();
                assertThat(Site.lost(destination, load)).isZero();
            }
        }
    }

    private static void move(Operator operator, String verb, WriteLoad load, int turns) {
        Answer answer = operator.ask(verb, "--yes", "--json");
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        JsonNode done = Operator.json(answer);
        assertThat(done.path("outcome").asText()).isEqualTo("done");
        Await.until(
                "the writers to have gone over", PATIENCE, () -> load.turns().size() >= turns);
        long before = load.transactions();
        Await.until("the writes to go on", PATIENCE, () -> {
            load.rethrowFailure();
            return load.transactions() > before + 100;
        });
    }

    private static void assertEqual(Platform platform, ChildProcess run) {
        List<TableId> tables =
                Stream.concat(Site.TABLES.stream(), Stream.of(KIND)).toList();
        run.await("both sides to be equal", PATIENCE, () -> compare(platform, tables).stream()
                .allMatch(TableCompare.Result::equal));
        assertThat(compare(platform, tables))
                .allSatisfy(result -> assertThat(result.rows()).isPositive());
    }

    private static List<TableCompare.Result> compare(Platform platform, List<TableId> tables) {
        return TableCompare.compare(platform.source(), platform.destination(), tables, 5);
    }
}
