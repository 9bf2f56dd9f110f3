package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Watermark;

/** Bytes worked out by hand from Avro's specification: what is in a topic must stay readable. */
class GoldenBytesTest {

    private final SchemaStore store = new MemorySchemaStore();
    private final ChangeEncoder encoder = new ChangeEncoder(
            store, Tables.TOPIC, Tables.STORE, false, new WireOutput(), InstantSource.fixed(Instant.ofEpochMilli(5)));

    @Test
    void aKeyIsItsColumnsBehindTheHeader() {
        byte[] key = encoder.key(Tables.store(7L, "Köln", 1.5));

        assertThat(key).isEqualTo(golden("00 00000001" + " 0e"));
    }

    @Test
    void anUpdateCarriesItsRowAndWhereItComesFrom() {
        Change change =
                new Change(Operation.UPDATE, Tables.STORE.id(), null, Tables.store(7L, "Köln", 1.5), 300, 1_000_000);

        assertThat(encoder.value(change))
                .isEqualTo(golden("00 00000002"
                        + " 00" // before: NULL branch
                        + " 02" // after: row branch
                        + " 02 0e" // id 7
                        + " 02 0a 4bc3b66c6e" // name, 5 bytes
                        + " 02 000000000000f83f" // rating 1.5, little-endian
                        + " d804" // lsn 300 = zigzag 600
                        + " 80897a" // ts_us 1000000 = zigzag 2000000
                        + " 0c 7075626c6963" // schema
                        + " 0a 73746f7265" // table
                        + " 00" // snapshot: no
                        + " 02 75" // op u
                        + " 0a")); // ts_ms 5
    }

    @Test
    void absentNullAndEmptyAreThreeThings() {
        assertThat(nameBytes(Absent.VALUE)).isEqualTo("04");
        assertThat(nameBytes(null)).isEqualTo("00");
        assertThat(nameBytes("")).isEqualTo("0200");
    }

    @Test
    void aReadSaysThatItIsASnapshot() {
        Change change = new Change(Operation.READ, Tables.STORE.id(), null, Tables.store(-1L, null, null), 0, 0);

        assertThat(encoder.value(change))
                .isEqualTo(golden("00 00000002" + " 00" + " 02 0201 00 00" + " 00 00" + " 0c 7075626c6963 0a 73746f7265"
                        + " 01" + " 02 72" + " 0a"));
    }

    @Test
    void aWatermarkIsThreeNumbers() {
        byte[] value = new WatermarkEncoder(store).value(new Watermark(1, 300, -1));

        assertThat(value).isEqualTo(golden("00 00000003" + " 02" + " d804" + " 01"));
    }

    /** What stands between the bytes of the columns on both sides of {@code name}. */
    private String nameBytes(@Nullable Object name) {
        Change change = new Change(Operation.UPDATE, Tables.STORE.id(), null, Tables.store(0L, name, null), 0, 0);
        String hex = HexFormat.of().formatHex(encoder.value(change));
        String before = "0000000002" + "00" + "02" + "0200";
        String after = "00" + "0000" + "0c7075626c69630a73746f7265" + "00" + "0275" + "0a";
        assertThat(hex).startsWith(before).endsWith(after);
        return hex.substring(before.length(), hex.length() - after.length());
    }

    private static byte[] golden(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
