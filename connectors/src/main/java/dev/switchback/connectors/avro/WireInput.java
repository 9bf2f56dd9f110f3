package dev.switchback.connectors.avro;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import dev.switchback.transforms.change.Utf8Text;

/**
 * Reads Avro's binary encoding from a record's bytes. Stricter than Avro's own decoder, which takes any byte for a
 * boolean, replaces broken UTF-8, and allocates whatever length a broken record claims; and it copies a text once,
 * if at all.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Avro's binary encoding</a>
 */
final class WireInput {

    private static final char REPLACEMENT = '\uFFFD';

    private final byte[] bytes;
    private int position = WireFormat.HEADER_BYTES;

    /** Stands behind the record's header. */
    WireInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean readBoolean() {
        byte value = bytes[advance(1)];
        if (value != 0 && value != 1) {
            throw malformed("a boolean of " + value);
        }
        return value == 1;
    }

    int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw malformed(value + " does not fit an int");
        }
        return (int) value;
    }

    /** Zigzag: the sign is the lowest bit; seven bits a byte, the lowest first. */
    long readLong() {
        long zigzag = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes[advance(1)];
            zigzag |= (next & 0x7fL) << shift;
            if (next >= 0 && (shift < Long.SIZE - 1 || next <= 1)) {
                return zigzag >>> 1 ^ -(zigzag & 1);
            }
        }
        throw malformed("a number of more than 64 bits");
    }

    float readFloat() {
        return Float.intBitsToFloat((int) littleEndian(Float.BYTES));
    }

    double readDouble() {
        return Double.longBitsToDouble(littleEndian(Double.BYTES));
    }

    byte[] readBytes() {
        int length = readLength();
        int start = advance(length);
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    String readText() {
        int length = readLength();
        int start = advance(length);
        String text = new String(bytes, start, length, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : strictText(start, length);
    }

    /** A text that stays where it is. Whether it is UTF-8 is left to whom it is for. */
    Utf8Text readUtf8() {
        int length = readLength();
        return new Utf8Text(bytes, advance(length), length);
    }

    /** Reads a text that is known beforehand. */
    void expect(byte[] utf8, String what) {
        int length = readLength();
        int start = advance(length);
        if (!Arrays.equals(bytes, start, start + length, utf8, 0, utf8.length)) {
            throw malformed(what + " '" + new String(bytes, start, length, StandardCharsets.UTF_8) + "' instead of '"
                    + new String(utf8, StandardCharsets.UTF_8) + "', which its schema was made for");
        }
    }

    /** @return which of a union's {@code count} branches follows */
    int readBranch(int count) {
        long branch = readLong();
        if (branch < 0 || branch >= count) {
            throw malformed("branch " + branch + " of a union of " + count);
        }
        return (int) branch;
    }

    void end() {
        if (position != bytes.length) {
            throw malformed((bytes.length - position) + " bytes too many");
        }
    }

    private long littleEndian(int count) {
        int start = advance(count);
        long bits = 0;
        for (int i = 0; i < count; i++) {
            bits |= (bytes[start + i] & 0xffL) << (8 * i);
        }
        return bits;
    }

    private int readLength() {
        long length = readLong();
        if (length < 0 || length > bytes.length - position) {
            throw malformed("a length of " + length + " with " + (bytes.length - position) + " bytes left");
        }
        return (int) length;
    }

    /** A replacement character may have been in the text; or it stands for bytes that are no text. */
    private String strictText(int start, int length) {
        try {
            return new Utf8Text(bytes, start, length).decoded();
        } catch (CharacterCodingException e) {
            throw new UndecodableException("a text at byte " + start + " of the record is not UTF-8", e);
        }
    }

    /** Moves behind the next bytes, and returns where they begin. */
    private int advance(int count) {
        int start = position;
        if (count > bytes.length - start) {
            throw malformed("the end");
        }
        position = start + count;
        return start;
    }

    private UndecodableException malformed(String found) {
        return new UndecodableException(
                "before byte " + position + " of " + bytes.length + ", the record has " + found);
    }
}
