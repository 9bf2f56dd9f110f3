package dev.switchback.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code switchback test}: no database is there, and no password either. */
class TestVerbTest {

    private static final String MIGRATION =
            """
            migration: stores
            source:      {url: "postgresql://${OLD_HOST}/shop", user: sb, password: "${OLD_PASSWORD}"}
            destination: {url: "postgresql://new:${NEW_PORT}/shop", user: sb, password: "${NEW_PASSWORD}"}
            registry:    {url: "${REGISTRY}"}
            hooks:
              - webhook: "${HOOK}"
            tables:
              public.item: {}
              public.store:
                to: market.store
                key: [merchant_id, store_id]
                select: |
                  SELECT COALESCE(s.merchant_id, m.merchant_id, 0) AS merchant_id, s.store_id, s.name, s.menu,
                         100 / s.size AS share
                  FROM store s LEFT JOIN lookup m ON m.store_id = s.store_id WHERE s.closed IS NOT TRUE
            """;

    private static final String SCHEMA =
            """
            source:
              public.item:
                columns:
                  id: {type: integer, not_null: true}
                  price: {type: numeric, declared: "numeric(10,2)", toast: true, modifier: 655366}
                  mood: {type: mood, kind: enum, labels: [sad, glad]}
                  data: {type: jsonb, toast: true}
                  note: {type: character varying, declared: character varying(20), toast: true, modifier: 24}
                key: [id]
                unique: [[id]]
              public.lookup:
                columns:
                  store_id: {type: integer, not_null: true}
                  merchant_id: {type: integer, not_null: true}
                key: [store_id]
                unique: [[store_id]]
              public.store:
                columns:
                  store_id: {type: integer, not_null: true}
                  merchant_id: {type: integer}
                  name: {type: text, not_null: true, toast: true}
                  menu: {type: text, toast: true}
                  size: {type: integer, not_null: true, default: true}
                  closed: {type: boolean}
                  twice: {type: integer, default: true, generated: stored}
                key: [store_id]
                unique: [[store_id]]
            destination:
              market.store:
                columns:
                  merchant_id: {type: integer, not_null: true}
                  store_id: {type: integer, not_null: true}
                  name: {type: text, not_null: true, toast: true}
                  menu: {type: text, toast: true}
                  share: {type: integer}
                  added: {type: timestamp with time zone, default: true}
                key: [merchant_id, store_id]
                unique: [[merchant_id, store_id], [name]]
              public.item:
                columns:
                  id: {type: integer, not_null: true}
                  price: {type: numeric, declared: "numeric(10,2)", toast: true, modifier: 655366}
                  mood: {type: mood, kind: enum, labels: [sad, glad]}
                  data: {type: jsonb, toast: true}
                  note: {type: text, toast: true}
                key: [id]
                unique: [[id], [note]]
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @BeforeEach
    void write() {
        write("stores.yaml", MIGRATION);
        write("stores.schema.yaml", SCHEMA);
    }

    @Test
    void casesThatAreSoPass() {
        write(
                "stores.cases.yaml",
                """
                cases:
                  - name: a row is copied, its values as the column keeps them
                    given:
                      - read: item
                        row: {id: 1, price: 1.5, mood: glad, data: '{"b":1,"a":[1,2.50]}', note: ~}
                    expect:
                      public.item:
                        - {id: 1, price: 1.50, mood: glad, data: '{"a": [1, 2.50], "b": 1}', note: null}
                  - name: a lookup that comes late moves the row, and takes its unchanged menu along
                    given:
                      - insert: public.store
                        row: {store_id: 1, name: Basel, menu: rösti, size: 3}
                      - insert: lookup
                        row: {store_id: 1, merchant_id: 7}
                      - update: store
                        row: {store_id: 1, name: Chur}
                        unchanged: [menu]
                    expect:
                      market.store:
                        - {merchant_id: 7, store_id: 1, name: Chur, menu: rösti, share: 33}
                      public.item: []
                  - name: a row leaves the filter, another its key, a third the table
                    given:
                      - insert: store
                        row: {store_id: 1, name: Basel, size: 1, closed: false}
                      - update: store
                        row: {store_id: 1, closed: true}
                      - insert: store
                        row: {store_id: 2, name: Bern, size: 1}
                      - update: store
                        key: {store_id: 2}
                        row: {store_id: 3}
                      - insert: store
                        row: {store_id: 4, name: Visp, size: 1}
                      - delete: store
                        key: {store_id: 4}
                    expect:
                      market.store:
                        - {merchant_id: 0, store_id: 3, name: Bern}
                  - name: what fails is held, and what comes right is not
                    given:
                      - insert: store
                        row: {store_id: 1, name: Basel, size: 0}
                      - insert: store
                        row: {store_id: 2, name: Bern, size: 0}
                      - update: store
                        row: {store_id: 2, size: 4}
                    expect:
                      market.store:
                        - {merchant_id: 0, store_id: 2, share: 25}
                    held:
                      - {table: store, key: {store_id: 1}, reason: division by zero}
                  - name: a unique value that another row has holds the second row
                    given:
                      - insert: item
                        row: {id: 1, note: a}
                      - insert: item
                        row: {id: 2, note: a}
                    expect:
                      public.item: [{id: 1, note: a}]
                    held:
                      - {table: item, key: {id: 2}, reason: Key (note)=(a) already exists}
                  - name: an unchanged large value stays, without being remembered
                    given:
                      - insert: item
                        row: {id: 1, data: '[1]', note: a}
                      - update: item
                        row: {id: 1, note: b}
                        unchanged: [data]
                    expect:
                      item: [{id: 1, data: '[1]', note: b}]
                  - name: a truncate empties
                    given:
                      - insert: item
                        row: {id: 1}
                      - truncate: item
                    expect:
                      item: []
                """);

        assertThat(switchback("test")).as(err + "\n" + out).isZero();
        assertThat(out.toString()).isEqualTo("7 cases, 0 failed\n");
        assertThat(err.toString()).isEmpty();
    }

    /** What computes from a large value and another one must know both, which the log does not say. */
    @Test
    void replicaIdentityDecidesWhetherRowsAreRemembered() {
        String mapping = "SELECT id, note || data::text AS note FROM item";
        String cases =
                """
                cases:
                  - name: computed from an unchanged value and a changed one
                    given:
                      - insert: item
                        row: {id: 1, data: '[1]', note: a}
                      - update: item
                        row: {id: 1, note: b}
                        unchanged: [data]
                    expect:
                      item: [{id: 1, note: 'b[1]'}]
                """;
        write("stores.yaml", MIGRATION.replace("public.item: {}", "public.item: {select: \"" + mapping + "\"}"));
        write("stores.cases.yaml", cases);

        assertThat(switchback("test")).as(err + "\n" + out).isZero();
        write("stores.schema.yaml", SCHEMA.replaceFirst("unique: \\[\\[id]]", "replica_identity: full"));
        assertThat(switchback("test")).as(err + "\n" + out).isZero();
    }

    @Test
    void whatIsDifferentIsShownWithItsPlace() {
        write("stores.cases.yaml", FAILING);

        assertThat(switchback("test")).isEqualTo(1);
        assertThat(out.toString())
                .isEqualTo(
                        """
                stores.cases.yaml:6: several things are different
                  market.store (0, 1), column name (line 15):
                    expected Bern
                    actual   Basel
                  market.store (0, 2) (line 16) is missing: {merchant_id: 0, store_id: 2}
                  market.store (0, 3) is there, and is not expected: {merchant_id: 0, store_id: 3, name: Thun, menu: NULL, share: 100}
                  public.store (1) (line 18) is not held for a reason with: bored
                  public.store (4) is held, and not expected to be: column share cannot be computed: division by zero

                2 cases, 1 failed
                """);
    }

    @Test
    void jsonSaysTheSame() throws IOException {
        write("stores.cases.yaml", FAILING);

        assertThat(switchback("test", "--json")).isEqualTo(1);
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.path("cases").asInt()).isEqualTo(2);
        assertThat(json.path("failed").asInt()).isEqualTo(1);
        assertThat(json.at("/results/0/passed").asBoolean()).isTrue();
        assertThat(json.at("/results/1/differences/0").toString())
                .isEqualTo("{\"kind\":\"value\",\"line\":15,\"table\":\"market.store\",\"key\":\"(0, 1)\","
                        + "\"column\":\"name\",\"expected\":\"Bern\",\"actual\":\"Basel\"}");
    }

    private static final String FAILING =
            """
            cases:
              - name: nothing
                given: []
                expect: {market.store: []}

              - name: several things are different
                given:
                  - insert: store
                    row: {store_id: 1, name: Basel, size: 1}
                  - {insert: store, row: {store_id: 3, name: Thun, size: 1}}
                  - insert: store
                    row: {store_id: 4, name: Olten, size: 0}
                expect:
                  market.store:
                    - {merchant_id: 0, store_id: 1, name: Bern}
                    - {merchant_id: 0, store_id: 2}
                held:
                  - {table: store, key: {store_id: 1}, reason: bored}
            """;

    @Test
    void aCaseTakesAScreenAtMost() {
        StringBuilder cases = new StringBuilder("cases:\n  - name: many\n    given:\n");
        for (int id = 1; id <= 40; id++) {
            cases.append("      - {insert: item, row: {id: ").append(id).append("}}\n");
        }
        write("stores.cases.yaml", cases + "    expect: {item: []}\n");

        assertThat(switchback("test")).isEqualTo(1);
        assertThat(out.toString()).hasLineCount(14).contains("… and 30 more; --json shows all.");
    }

    @Test
    void allThatIsWrongIsSaidAtOnceWithItsLine() {
        write(
                "stores.cases.yaml",
                """
                cases:
                  - name: wrong
                    given:
                      - insert: stor
                        row: {store_id: 1}
                      - insert: store
                        row: {store_id: one, nam: Basel, size: 1}
                      - insert: item
                        row: {id: 1, mood: mad, price: 123456789.5, data: '{'}
                      - update: store
                      - delete: store
                        key: {store_id: 1}
                      - insert: store
                        row: {store_id: 2, name: ~, twice: 2}
                    expect:
                      market.stores: []
                      market.store:
                        - {store_id: 1}
                        - {merchant_id: 1, store_id: 1, added: now}
                    held:
                      - {table: store, reason: x}
                  - given: []
                  - name: of rows that are not there
                    given:
                      - {insert: item, row: {id: 1}}
                      - {insert: item, row: {id: 1}}
                      - {delete: item, key: {id: 3}}
                    expected: {}
                  - name: of rows that are there
                    given:
                      - {delete: item, key: {id: 3}}
                    expect: {item: []}
                """);

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .isEqualTo(
                        """
                switchback: stores.cases.yaml:4: The migration reads no table stor. Did you mean "public.store"?
                switchback: stores.cases.yaml:6: The row has no name, which is NOT NULL and has no default that is known here. Give it a value.
                switchback: stores.cases.yaml:7: store_id is integer: invalid input syntax for type integer: "one". Write it as PostgreSQL prints it.
                switchback: stores.cases.yaml:7: public.store has no column nam. Did you mean "name"?
                switchback: stores.cases.yaml:9: mood is mood: invalid input value for enum mood: "mad". Write it as PostgreSQL prints it.
                switchback: stores.cases.yaml:9: price is numeric(10,2): numeric field overflow: 123456789.5 does not fit numeric(10,2). Write it as PostgreSQL prints it.
                switchback: stores.cases.yaml:9: data is jsonb: invalid input syntax for type json. Write it as PostgreSQL prints it.
                switchback: stores.cases.yaml:10: The key of public.store lacks store_id. Give it store_id.
                switchback: stores.cases.yaml:13: size has a default at the source, which nobody knows here. Give it the value that it is to have.
                switchback: stores.cases.yaml:14: name of public.store is NOT NULL. Give it a value.
                switchback: stores.cases.yaml:14: twice is generated, and the source's log leaves such columns out. Leave it out here.
                switchback: stores.cases.yaml:16: The migration writes to no table market.stores. Did you mean "market.store"?
                switchback: stores.cases.yaml:18: The row has no merchant_id, by which it is found. Give it merchant_id, store_id.
                switchback: stores.cases.yaml:19: The mapping does not fill added. Leave it out here.
                switchback: stores.cases.yaml:21: Of a held change, its source table, its key and a part of its reason are to be said. Write {table: SCHEMA.TABLE, key: {…}, reason: …}.
                switchback: stores.cases.yaml:22: The case has no name. Add name: and say what is to be so.
                switchback: stores.cases.yaml:23: The case expects nothing. Add expect: {TABLE: [rows]}; [] for none.
                switchback: stores.cases.yaml:26: The row public.item (1) is there already. Correct the key, or what comes before.
                switchback: stores.cases.yaml:28: There is no setting "expected" here. Did you mean "expect"?
                switchback: stores.cases.yaml:31: There is no row public.item (3) at this point. Correct the key, or what comes before.
                """);
    }

    @Test
    void whatIsWrongWithAMappingIsABadFileToo() {
        write("stores.yaml", MIGRATION.replace("s.name", "s.nam").replace("public.item", "public.itm"));
        write("stores.cases.yaml", "cases: []\n");

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(err.toString())
                .contains("stores.yaml:8, public.itm: The source has no table public.itm in stores.schema.yaml."
                        + " Did you mean \"public.item\"?");
    }

    @Test
    void aLookupThatTheSchemaDoesNotHaveIsToldApartFromAWrongName() {
        write("stores.schema.yaml", SCHEMA.replace("public.lookup:", "public.elsewhere:"));
        write("stores.cases.yaml", "cases: []\n");

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(err.toString())
                .contains("The source has no table public.lookup that could be looked up in.")
                .contains("stores.schema.yaml: The file has no public.lookup, which a SELECT looks rows up in."
                        + " If the source has it, make the file anew with switchback schema.");
    }

    @Test
    void whatAPlanWouldRefuseIsRefused() {
        write("stores.schema.yaml", SCHEMA.replace("note: {type: text,", "note: {type: bytea,"));
        write("stores.cases.yaml", "cases: []\n");

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("switchback: stores.schema.yaml: Column public.item.note is character varying(20), but"
                        + " public.item.note is bytea, which does not take every value as it is.");
    }

    @Test
    void aMissingFileIsNamedWithWhatMakesIt() throws IOException {
        Files.delete(directory.resolve("stores.schema.yaml"));

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(err.toString())
                .contains("stores.schema.yaml: There is no such file. Make it: switchback schema ")
                .hasLineCount(1);
    }

    @Test
    void aVariableThatATableNeedsMustBeSet() {
        write("stores.yaml", MIGRATION.replace("market.store", "${MARKET}.store"));

        assertThat(switchback("test")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("switchback: stores.yaml:10: The environment variable MARKET is not set."
                        + " Set it before Switchback starts: export MARKET=…\n");
    }

    private void write(String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int switchback(String verb, String... options) {
        Environment environment =
                new Environment(new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), () -> false);
        String[] words = new String[options.length + 2];
        words[0] = verb;
        words[1] = directory.resolve("stores.yaml").toString();
        System.arraycopy(options, 0, words, 2, options.length);
        return Switchback.execute(environment, words);
    }
}
