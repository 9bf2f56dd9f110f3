package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.run.Operator.Answer;

/** What an operator sees and does of the changes that either database holds. */
class HeldVerbTest {

    @Test
    void changesOfBothDirectionsAreListedRetriedAndDiscarded() throws SQLException {
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "both", "  public.item: {}\n")) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            hold(destination, "forward");
            hold(source, "reverse");

            JsonNode held = Operator.json(operator.ask("held", "--json")).path("held");
            assertThat(held.findValuesAsText("id")).containsExactly("1", "r1");
            assertThat(held.findValuesAsText("direction")).containsExactly("forward", "reverse");
            assertThat(operator.ask("held").output())
                    .contains("1  public.item (7)  tried", "r1  reverse  public.item (7)  tried");

            assertThat(operator.ask("held", "retry").output()).contains("2 changes are tried again now.");
            assertThat(operator.ask("held", "retry", "r1").output()).contains("1 changes are tried again now.");

            Answer shown = operator.ask("held", "discard", "r1", "--why", "gone");
            assertThat(shown.output()).contains("r1  reverse", "Nothing was discarded.");
            operator.ask("held", "discard", "r1", "--why", "gone", "--yes");
            assertThat(source.value("SELECT count(*) FROM switchback.held")).isEqualTo("0");
            assertThat(source.value("SELECT discarded_why FROM switchback.discarded"))
                    .isEqualTo("gone");
            assertThat(destination.value("SELECT count(*) FROM switchback.held"))
                    .isEqualTo("1");

            source.stop();
            Answer without = operator.ask("held");
            assertThat(without.exitCode()).isZero();
            assertThat(without.output()).contains("1  public.item (7)", "what the source holds is not known");
            assertThat(operator.ask("held", "retry", "r1").exitCode()).isEqualTo(3);
        }
    }

    private static void hold(EmbeddedDatabase database, String direction) throws SQLException {
        try (Connection connection = database.connect()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, "both");
        }
        database.execute("INSERT INTO switchback.held (migration, direction, topic, topic_id, partition, \"offset\","
                + " source_key, value, table_name, source_key_text, destination_key_text, reason, retry_at) VALUES"
                + " ('both', '" + direction + "', 't', 'id', 0, 0, '\\x000000000101', '\\x00', 'public.item', '(7)',"
                + " '(7)', 'refused', now() + interval '1 hour')");
    }
}
