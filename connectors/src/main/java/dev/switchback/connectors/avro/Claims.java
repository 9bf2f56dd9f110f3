package dev.switchback.connectors.avro;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

import org.apache.avro.io.BinaryEncoder;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.TableId;

/** How {@link ChangeSchemas#CLAIM} stands in bytes. Stateless. */
final class Claims {

    /** In the order of the union's branches. */
    private static final List<Carrier> CARRIERS = List.of(Carrier.values());

    private static final int NULL = 0;
    private static final int ABSENT = CARRIERS.size() + 1;

    private Claims() {}

    static void write(Claim claim, BinaryEncoder encoder) throws IOException {
        CarrierWriter.writeText(claim.owner().table().schema(), encoder);
        CarrierWriter.writeText(claim.owner().table().name(), encoder);
        CarrierWriter.writeText(claim.owner().key(), encoder);
        writeValues(claim.key(), encoder);
        writeValues(claim.row(), encoder);
        encoder.writeIndex(claim.refusal() == null ? 0 : 1);
        if (claim.refusal() != null) {
            CarrierWriter.writeText(claim.refusal(), encoder);
        }
        encoder.writeBoolean(claim.cause().copied());
        encoder.writeLong(claim.cause().commitMicros());
        encoder.writeLong(claim.cause().watermark());
        Claim.Handover handover = claim.handover();
        encoder.writeIndex(handover == null ? 0 : 1);
        if (handover != null) {
            CarrierWriter.writeText(handover.from().key(), encoder);
            CarrierWriter.writeText(handover.to().key(), encoder);
            encoder.writeLong(handover.lsn());
        }
        writeAnyValue(claim.age(), encoder);
    }

    static Claim read(WireInput input) {
        TableId table = new TableId(input.readText(), input.readText());
        Claim.Owner owner = new Claim.Owner(table, input.readText());
        List<Object> key = readKey(input);
        List<@Nullable Object> row = readValues(input);
        String refusal = input.readBranch(2) == 0 ? null : input.readText();
        Claim.Cause cause = new Claim.Cause(input.readBoolean(), input.readLong(), input.readLong());
        Claim.Handover handover = input.readBranch(2) == 0 ? null : readHandover(table, input);
        return new Claim(owner, key, row, refusal, cause, handover, readAnyValue(input.readBranch(ABSENT + 1), input));
    }

    private static Claim.Handover readHandover(TableId table, WireInput input) {
        Claim.Owner from = new Claim.Owner(table, input.readText());
        Claim.Owner to = new Claim.Owner(table, input.readText());
        return new Claim.Handover(from, to, input.readLong());
    }

    /** An array in one block. */
    private static void writeValues(@Nullable List<? extends @Nullable Object> values, BinaryEncoder encoder)
            throws IOException {
        encoder.writeIndex(values == null ? 0 : 1);
        if (values == null) {
            return;
        }
        encoder.writeArrayStart();
        encoder.setItemCount(values.size());
        for (Object value : values) {
            encoder.startItem();
            writeAnyValue(value, encoder);
        }
        encoder.writeArrayEnd();
    }

    private static void writeAnyValue(@Nullable Object value, BinaryEncoder encoder) throws IOException {
        if (value == null) {
            encoder.writeIndex(NULL);
        } else if (value == Absent.VALUE) {
            encoder.writeIndex(ABSENT);
        } else {
            Carrier carrier = carrier(value);
            encoder.writeIndex(CARRIERS.indexOf(carrier) + 1);
            CarrierWriter.of(carrier).write(value, encoder);
        }
    }

    private static @Nullable List<@Nullable Object> readValues(WireInput input) {
        if (input.readBranch(2) == 0) {
            return null;
        }
        long count = input.readLong();
        if (count < 0 || count > 1_600) {
            throw new UndecodableException("a row of " + count + " columns");
        }
        @Nullable Object[] values = new @Nullable Object[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = readAnyValue(input.readBranch(ABSENT + 1), input);
        }
        if (count > 0 && input.readLong() != 0) {
            throw new UndecodableException("an array in several blocks");
        }
        return Arrays.asList(values);
    }

    private static @Nullable List<Object> readKey(WireInput input) {
        List<@Nullable Object> values = readValues(input);
        if (values == null) {
            return null;
        }
        List<Object> key = new ArrayList<>(values.size());
        for (Object value : values) {
            if (value == null || value == Absent.VALUE) {
                throw new UndecodableException("a key that lacks a value");
            }
            key.add(value);
        }
        return key;
    }

    private static @Nullable Object readAnyValue(int branch, WireInput input) {
        if (branch == NULL) {
            return null;
        }
        return branch == ABSENT ? Absent.VALUE : readValue(CARRIERS.get(branch - 1), input);
    }

    private static Object readValue(Carrier carrier, WireInput input) {
        return switch (carrier) {
            case BOOLEAN -> input.readBoolean();
            case INT32 -> input.readInt();
            case INT64 -> input.readLong();
            case FLOAT32 -> input.readFloat();
            case FLOAT64 -> input.readDouble();
            case BYTES -> input.readBytes();
            case TEXT -> input.readText();
        };
    }

    private static Carrier carrier(Object value) {
        for (Carrier carrier : CARRIERS) {
            if (type(carrier).isInstance(value)) {
                return carrier;
            }
        }
        throw new IllegalArgumentException("no carrier has values of " + value.getClass());
    }

    private static Class<?> type(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> Boolean.class;
            case INT32 -> Integer.class;
            case INT64 -> Long.class;
            case FLOAT32 -> Float.class;
            case FLOAT64 -> Double.class;
            case BYTES -> byte[].class;
            case TEXT -> String.class;
        };
    }

    /** A key as text of which no other key of the same columns is the same: texts in quotes, {@code (7, "Basel")}. */
    static String text(Object[] key) {
        StringJoiner text = new StringJoiner(", ", "(", ")");
        for (Object value : key) {
            text.add(
                    value instanceof String string
                            ? '"' + string.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                            : value instanceof byte[] bytes
                                    ? "\\x" + HexFormat.of().formatHex(bytes)
                                    : value.toString());
        }
        return text.toString();
    }
}
