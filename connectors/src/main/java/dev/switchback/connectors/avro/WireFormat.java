package dev.switchback.connectors.avro;

import java.io.ByteArrayOutputStream;

/** Confluent's frame around Avro's binary encoding: a zero byte, then the schema's id as four bytes, big-endian. */
final class WireFormat {

    static final int HEADER_BYTES = 5;

    private static final byte MAGIC = 0;

    private WireFormat() {}

    static void writeHeader(ByteArrayOutputStream out, int schemaId) {
        out.write(MAGIC);
        out.write(schemaId >>> 24);
        out.write(schemaId >>> 16);
        out.write(schemaId >>> 8);
        out.write(schemaId);
    }

    /** @throws UndecodableException when the bytes do not begin with a header */
    static int schemaId(byte[] message) {
        if (message.length < HEADER_BYTES) {
            throw new UndecodableException("a record of " + message.length
                    + " bytes is too short for Confluent's wire format, whose header alone takes " + HEADER_BYTES);
        }
        if (message[0] != MAGIC) {
            throw new UndecodableException(
                    "a record that begins with byte " + message[0] + " is not in Confluent's wire format (0)");
        }
        return (message[1] & 0xff) << 24 | (message[2] & 0xff) << 16 | (message[3] & 0xff) << 8 | (message[4] & 0xff);
    }
}
