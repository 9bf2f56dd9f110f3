package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.LogRelation;
import dev.switchback.connectors.postgres.LogRelation.LogColumn;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.TableMarks;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Messages of the log become changes, by the description that stands ahead of them in the log. */
class LogDecoderTest {

    private static final int RELATION = 16_400;
    private static final int OTHER = 16_500;
    private static final TableId ID = new TableId("public", "t");
    private static final LogColumn NOTE = new LogColumn("note", 25, -1, "text");
    private static final LogColumn NUMBER = new LogColumn("id", 20, -1, "bigint");
    private static final LogColumn FLAG = new LogColumn("flag", 16, -1, "boolean");

    /** The log has the columns in another order than the schema, as it may after a restart under a new version. */
    private final CapturedTable table = new CapturedTable(
            new TableSchema(
                    ID,
                    List.of(
                            column("id", Carrier.INT64, false),
                            column("note", Carrier.TEXT, true),
                            column("flag", Carrier.BOOLEAN, false)),
                    List.of("id")),
            new LogRelation(ID, RELATION, List.of(NOTE, NUMBER, FLAG)),
            "topic",
            TableMarks.NONE);

    private final LogDecoder decoder = decoder(Set.of());

    private LogDecoder decoder(Set<TableId> wholeOldRows) {
        SchemaGuard guard = new SchemaGuard(new PostgresConnections(
                "source", PostgresSettings.of("postgresql://nowhere.invalid/none", "nobody", "")));
        LogDecoder.Refusals refusals = new LogDecoder.Refusals() {
            @Override
            public Problem unknownTable() {
                return new Problem(Problem.Kind.REFUSED, "here", "An unknown table.", "Nothing.");
            }

            @Override
            public Problem keyUnknown(TableId table, List<String> columns) {
                return new Problem(Problem.Kind.REFUSED, "here", "No key " + columns + ".", "Nothing.");
            }

            @Override
            public Problem oldRowsUnknown(TableId table) {
                return new Problem(Problem.Kind.REFUSED, "here", "No old rows of " + table + ".", "Nothing.");
            }
        };
        return new LogDecoder(List.of(table), wholeOldRows, guard, refusals);
    }

    @Test
    void anInsertHasItsValuesInTheSchemasOrder() {
        describe("t", NOTE, NUMBER, FLAG);

        Change change = only(change('I', RELATION, tuple('N', "absent", "7", "t")));

        assertThat(change).isEqualTo(new Change(Operation.INSERT, ID, null, change.after(), 11, 22));
        assertThat(values(change)).containsExactly(7L, "absent", true);
    }

    @Test
    void nullAndLeftOutAreToldApartFromTexts() {
        describe("t", NOTE, NUMBER, FLAG);

        Change change = only(change('U', RELATION, tuple('N', Absent.VALUE, "7", null)));

        assertThat(change.operation()).isEqualTo(Operation.UPDATE);
        assertThat(change.before()).isNull();
        assertThat(values(change)).containsExactly(7L, Absent.VALUE, null);
    }

    @Test
    void anOldKeyStandsInAnOldRowOfNulls() {
        describe("t", NOTE, NUMBER, FLAG);

        Change change = only(change('U', RELATION, tuple('K', null, "7", null), tuple('N', Absent.VALUE, "8", "f")));

        assertThat(change.before().values()).containsExactly(7L, null, null);
        assertThat(values(change)).containsExactly(8L, Absent.VALUE, false);
    }

    @Test
    void underFullIdentityAValueThatWasLeftOutIsTheOldOne() {
        describe("t", NOTE, NUMBER, FLAG);

        Change change =
                only(change('U', RELATION, tuple('O', "a long text", "7", "t"), tuple('N', Absent.VALUE, "7", null)));

        assertThat(values(change)).containsExactly(7L, "a long text", null);
    }

    @Test
    void aDeleteHasTheOldRowAlone() {
        describe("t", NOTE, NUMBER, FLAG);

        Change change = only(change('D', RELATION, tuple('K', null, "7", null)));

        assertThat(change.operation()).isEqualTo(Operation.DELETE);
        assertThat(change.before().values()).containsExactly(7L, null, null);
        assertThat(change.after()).isNull();
    }

    @Test
    void aTruncateIsOneForEachTable() {
        describe("t", NOTE, NUMBER, FLAG);

        List<LogDecoder.LogChange> changes = decode(message(
                'T', bytes -> bytes.putInt(2).put((byte) 0).putInt(RELATION).putInt(RELATION)));

        assertThat(changes).hasSize(2).allSatisfy(change -> assertThat(change.change())
                .isEqualTo(new Change(Operation.TRUNCATE, ID, null, null, 11, 22)));
    }

    @Test
    void aTableThatIsRenamedIsAnUnknownOne() {
        describe("t", NOTE, NUMBER, FLAG);
        describe("was_t", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> decode(change('I', RELATION, tuple('N', "a", "7", "t"))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("An unknown table.");
    }

    @Test
    void aTruncateOfATableThatIsNotCapturedIsRefusedWhole() {
        describe("t", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> decode(message(
                        'T',
                        bytes -> bytes.putInt(2).put((byte) 0).putInt(RELATION).putInt(OTHER))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("An unknown table.");
    }

    @Test
    void aTableThatWasAlteredIsRefusedWhereTheLogDescribesIt() {
        describe("t", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> describe("t", NOTE, NUMBER))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("column flag (boolean) was dropped");
        assertThatThrownBy(() -> describe("t", NOTE, NUMBER, new LogColumn("flag", 25, -1, "")))
                .hasMessageContaining("the type of column flag (boolean) is now text");
        assertThatThrownBy(() -> describe("t", NOTE, NUMBER, new LogColumn("flag", 16, 5, "")))
                .hasMessageContaining("the type of column flag (boolean) is now type 16");
    }

    @Test
    void aTableThatWasCreatedAgainUnderItsNameIsAnUnknownOne() {
        describe(OTHER, "t", "id", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> decode(change('I', OTHER, tuple('N', "a", "7", "t"))))
                .hasMessageContaining("An unknown table.");
    }

    @Test
    void aTableThatLogsAnotherKeyIsRefused() {
        assertThatThrownBy(() -> describe(RELATION, "t", "note", NOTE, NUMBER, FLAG))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("No key [id].");
    }

    @Test
    void whereOldRowsAreNeededAnUpdateOrDeleteMustHaveThem() {
        LogDecoder needing = decoder(Set.of(ID));
        needing.decode(description(RELATION, "t", 'd', "id", NOTE, NUMBER, FLAG), 11, 22);

        assertThat(needing.decode(change('I', RELATION, tuple('N', "x", "7", "t")), 11, 22))
                .hasSize(1);
        assertNoOldRow(needing, change('U', RELATION, tuple('N', "x", "7", "t")));
        assertNoOldRow(needing, change('D', RELATION, tuple('K', null, "7", null)));
    }

    /** Its changes are called its table's, by whose identity they say that their old rows are whole. */
    @Test
    void whereOldRowsAreNeededAPartitionMustLogThemToo() {
        LogDecoder needing = decoder(Set.of(ID));
        needing.decode(description(RELATION, "t", 'f', "id", NOTE, NUMBER, FLAG), 11, 22);
        needing.decode(change('D', RELATION, tuple('O', null, "7", null)), 11, 22);
        needing.decode(description(RELATION, "t", 'f', "id", NOTE, NUMBER, FLAG), 11, 22);
        needing.decode(description(OTHER, "t_2", 'd', "id", NOTE, NUMBER, FLAG), 11, 22);

        assertThat(needing.decode(change('D', RELATION, tuple('O', "x", "7", "t")), 11, 22))
                .hasSize(1);
        assertNoOldRow(needing, change('D', RELATION, tuple('O', null, "7", null)));
        assertNoOldRow(needing, change('U', RELATION, tuple('N', "x", "7", "t")));

        needing.decode(description(RELATION, "t", 'f', "id", NOTE, NUMBER, FLAG), 11, 22);
        needing.decode(description(OTHER, "t_2", 'i', "note", NOTE, NUMBER, FLAG), 11, 22);
        assertNoOldRow(needing, change('D', RELATION, tuple('O', "x", "7", null)));
    }

    private static void assertNoOldRow(LogDecoder decoder, ByteBuffer change) {
        assertThatThrownBy(() -> decoder.decode(change, 11, 22))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("No old rows of public.t");
    }

    @Test
    void aValueThatIsNoneOfItsTypeIsNamedByItsColumnAlone() {
        describe("t", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> decode(change('I', RELATION, tuple('N', "a", "secret", "t"))))
                .isInstanceOf(LogDecoder.UnreadableLogException.class)
                .hasMessage("a value of column id of public.t that is none of its type");
    }

    @Test
    void whatTheManualDoesNotKnowIsNotPassedOver() {
        describe("t", NOTE, NUMBER, FLAG);

        assertThatThrownBy(() -> decode(change('I', RELATION, tuple('N', "a", "7"))))
                .isInstanceOf(LogDecoder.UnreadableLogException.class);
        assertThatThrownBy(() -> decode(change('S', RELATION, tuple('N', "a", "7", "t"))))
                .isInstanceOf(LogDecoder.UnreadableLogException.class);
    }

    @Test
    void aBatchHoldsItsMessagesInOrderAndBeginsAnew() throws InterruptedException {
        LogBatch batch = new LogBatch();
        batch.add(1, ByteBuffer.wrap("first".getBytes(StandardCharsets.UTF_8)));
        batch.add(
                2,
                ByteBuffer.wrap("xsecondx".getBytes(StandardCharsets.UTF_8), 1, 6)
                        .slice());
        ByteBuffer two = batch.take();
        batch.add(3, ByteBuffer.allocate(1 << 20));

        List<String> read = new ArrayList<>();
        LogBatch.read(two, (lsn, message) -> read.add(lsn + " " + StandardCharsets.UTF_8.decode(message)));

        assertThat(read).containsExactly("1 first", "2 second");
        assertThat(batch.isFull()).isTrue();
        LogBatch.read(
                batch.take(), (lsn, message) -> assertThat(message.remaining()).isEqualTo(1 << 20));
        assertThat(batch.isEmpty()).isTrue();
    }

    private void describe(String name, LogColumn... columns) {
        describe(RELATION, name, "id", columns);
    }

    /** @param key the column that identifies old rows */
    private void describe(int relation, String name, String key, LogColumn... columns) {
        assertThat(decode(description(relation, name, 'd', key, columns))).isEmpty();
    }

    /** @param identity as in {@code pg_class.relreplident}, under which {@code f} marks every column as identifying */
    private static ByteBuffer description(int relation, String name, char identity, String key, LogColumn... columns) {
        return message('R', bytes -> {
            bytes.putInt(relation);
            text(bytes, "public");
            text(bytes, name);
            bytes.put((byte) identity).putShort((short) columns.length);
            for (LogColumn column : columns) {
                bytes.put((byte) (identity == 'f' || column.name().equals(key) ? 1 : 0));
                text(bytes, column.name());
                bytes.putInt((int) column.type()).putInt(column.modifier());
            }
        });
    }

    private List<LogDecoder.LogChange> decode(ByteBuffer message) {
        return decoder.decode(message, 11, 22);
    }

    private Change only(ByteBuffer message) {
        List<LogDecoder.LogChange> changes = decode(message);
        assertThat(changes).hasSize(1);
        assertThat(message.hasRemaining()).isFalse();
        return changes.get(0).change();
    }

    /** Texts are compared as such; how they stand in the log, {@code CodecTest} looks at. */
    private static Object[] values(Row row) {
        return Arrays.stream(row.values())
                .map(value -> value instanceof Utf8Text ? value.toString() : value)
                .toArray();
    }

    private static Object[] values(Change change) {
        return values(change.after());
    }

    private static ByteBuffer change(char kind, int relation, byte[]... tuples) {
        return message(kind, bytes -> {
            bytes.putInt(relation);
            for (byte[] tuple : tuples) {
                bytes.put(tuple);
            }
        });
    }

    private static byte[] tuple(char kind, @Nullable Object... values) {
        ByteArrayOutputStream tuple = new ByteArrayOutputStream();
        tuple.write(kind);
        tuple.write(0);
        tuple.write(values.length);
        for (Object value : values) {
            if (value == null) {
                tuple.write('n');
            } else if (value == Absent.VALUE) {
                tuple.write('u');
            } else {
                byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
                tuple.write('t');
                tuple.writeBytes(ByteBuffer.allocate(4).putInt(text.length).array());
                tuple.writeBytes(text);
            }
        }
        return tuple.toByteArray();
    }

    /** In the middle of a larger buffer, as a batch has it. */
    private static ByteBuffer message(char kind, Consumer<ByteBuffer> body) {
        ByteBuffer bytes = ByteBuffer.allocate(1000);
        bytes.position(10);
        bytes.put((byte) kind);
        body.accept(bytes);
        bytes.limit(bytes.position()).position(10);
        return bytes;
    }

    private static void text(ByteBuffer bytes, String text) {
        bytes.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
    }

    private static Column column(String name, Carrier carrier, boolean toastable) {
        return new Column(name, new ColumnType(name, name, carrier, toastable), true, false, Generation.NONE);
    }
}
