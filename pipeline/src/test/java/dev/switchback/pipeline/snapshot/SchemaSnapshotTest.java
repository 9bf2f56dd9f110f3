package dev.switchback.pipeline.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.connectors.postgres.PostgresType;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;

class SchemaSnapshotTest {

    private static final String TEXT =
            """
            # What the tables of the migration stores look like. switchback test goes by it.
            # Made by: switchback schema stores.yaml
            # Make it again when a table has changed. It holds no rows, no hosts and no logins.
            source:
              public.store:
                columns:
                  id: {type: integer, not_null: true, default: true, generated: identity_by_default}
                  price: {type: numeric, declared: "numeric(10,2)", toast: true, modifier: 655366}
                  mood: {type: shop.mood, kind: enum, labels: [sad, "yes", all right, "\\"so\\""]}
                  "no": {type: shop.moods, kind: domain, of: {type: "shop.mood[]", kind: array, of: {type: shop.mood, kind: enum, labels: [sad]}}}
                  tags: {type: hstore, toast: true, extension: hstore}
                  twice: {type: integer, default: true, generated: stored}
                key: [id]
                deferrable_key: store_pkey
                unique: [[mood, price], [price]]
                replica_identity: full
            destination:
              "Shop.a b":
                columns:
                  id: {type: bigint}
                key: []
            """;

    @Test
    void whatIsReadIsWrittenTheSame() {
        SchemaSnapshot snapshot = SchemaSnapshot.parse("stores.schema.yaml", TEXT);

        assertThat(new SnapshotText().of(snapshot, "stores", "stores.yaml")).isEqualTo(TEXT);
    }

    @Test
    void aTableIsAsTheCatalogueWouldGiveIt() {
        Known store = SchemaSnapshot.parse("stores.schema.yaml", TEXT).source().get(TableId.parse("store"));

        assertThat(store.table().schema().column("id"))
                .contains(new Column(
                        "id",
                        new ColumnType("integer", "integer", Carrier.INT32, false),
                        false,
                        true,
                        Generation.IDENTITY_BY_DEFAULT));
        assertThat(store.table().schema().column("price").orElseThrow().type())
                .isEqualTo(new ColumnType("numeric", "numeric(10,2)", Carrier.TEXT, true));
        assertThat(store.table().type("mood"))
                .isEqualTo(new PostgresType(
                        "shop.mood",
                        PostgresType.Kind.ENUM,
                        null,
                        null,
                        -1,
                        List.of("sad", "yes", "all right", "\"so\"")));
        assertThat(store.table().type("no").withoutDomains().kind()).isEqualTo(PostgresType.Kind.ARRAY);
        assertThat(store.table().schema().key()).containsExactly("id");
        assertThat(store.table().keyDeferrable()).isTrue();
        assertThat(store.table().relation().identity()).isEqualTo(ReplicaIdentity.FULL);
        assertThat(store.unique()).containsExactly(Set.of("mood", "price"), Set.of("price"));
    }

    @Test
    void allThatIsWrongIsSaidWithItsLine() {
        String text =
                """
                source:
                  public.store:
                    columns:
                      id: {typ: integer}
                      mood: {type: mood, kind: enom}
                      tags: {type: "text[]", kind: array}
                    key: [id]
                  public.gone:
                    columns: {id: {type: integer}}
                    key: [ident]
                """;

        assertThatThrownBy(() -> SchemaSnapshot.parse("s.yaml", text))
                .hasMessage(
                        """
                s.yaml:1: The file has no destination. Make the file anew with switchback schema.
                s.yaml:4: There is no setting "typ" here. Did you mean "type"?
                s.yaml:4: A type is missing here. Make the file anew with switchback schema.
                s.yaml:5: "enom" is not known here. Make the file anew with switchback schema.
                s.yaml:6: A type is missing here. Make the file anew with switchback schema.
                s.yaml:8: This describes no table: key column ident is not a column of public.gone. Make the file anew with switchback schema.""");
    }

    @Test
    void lookupTablesAreFoundByTheirKeys() {
        SchemaSnapshot snapshot = SchemaSnapshot.parse("stores.schema.yaml", TEXT);

        assertThat(snapshot.lookups().find(TableId.parse("store")).orElseThrow().unique())
                .contains(Set.of("price"));
        assertThat(snapshot.lookups().find(TableId.parse("elsewhere"))).isEmpty();
        assertThat(snapshot.sources()).isEqualTo(Map.of(TableId.parse("store"), table(snapshot)));
    }

    private static Object table(SchemaSnapshot snapshot) {
        return snapshot.source().get(TableId.parse("store")).table();
    }
}
