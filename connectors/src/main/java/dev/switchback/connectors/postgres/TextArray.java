package dev.switchback.connectors.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;
import org.postgresql.jdbc.PreferQueryMode;

import dev.switchback.transforms.change.Utf8Text;

/**
 * Makes a {@code text[]} parameter in the protocol's binary form, into which each text is copied once; the driver would
 * copy it three times, from {@code String}s. Stateless.
 *
 * @see <a href="https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c">array_recv</a>
 */
final class TextArray {

    private static final int DIMENSIONS = 1;
    private static final int LOWER_BOUND = 1;
    private static final int NULL = -1;
    /** How many dimensions, whether there are NULLs, the elements' type, how many of them, from which index on. */
    private static final int HEADER_BYTES = 5 * Integer.BYTES;

    private static final String NO_TEXT = "invalid byte sequence for encoding \"UTF8\"";
    private static final String INVALID_CHARACTERS = "22021";

    private TextArray() {}

    static Array of(Connection connection, @Nullable Utf8Text[] texts) throws SQLException {
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        // That mode has no parameters: the driver writes them into the statement, as text.
        return driver.getPreferQueryMode() == PreferQueryMode.SIMPLE
                ? driver.createArrayOf("text", strings(texts))
                : new PgArray(driver, Oid.TEXT_ARRAY, bytes(texts));
    }

    private static @Nullable String[] strings(@Nullable Utf8Text[] texts) throws SQLException {
        @Nullable String[] strings = new String[texts.length];
        for (int i = 0; i < texts.length; i++) {
            @Nullable Utf8Text text = texts[i];
            strings[i] = text == null ? null : string(text);
        }
        return strings;
    }

    /** As strict as the server is. */
    private static String string(Utf8Text text) throws SQLException {
        try {
            String string = text.decoded();
            if (string.indexOf('\0') < 0) {
                return string;
            }
        } catch (CharacterCodingException e) {
            throw new SQLException(NO_TEXT, INVALID_CHARACTERS, e);
        }
        throw new SQLException(NO_TEXT, INVALID_CHARACTERS);
    }

    /** @throws ArithmeticException beyond two gigabytes, which no message can have */
    static byte[] bytes(@Nullable Utf8Text[] texts) {
        int size = HEADER_BYTES;
        int nulls = 0;
        for (@Nullable Utf8Text text : texts) {
            size = Math.addExact(size, Integer.BYTES + (text == null ? 0 : text.length()));
            nulls |= text == null ? 1 : 0;
        }
        ByteBuffer array = ByteBuffer.allocate(size)
                .putInt(DIMENSIONS)
                .putInt(nulls)
                .putInt(Oid.TEXT)
                .putInt(texts.length)
                .putInt(LOWER_BOUND);
        for (@Nullable Utf8Text text : texts) {
            if (text == null) {
                array.putInt(NULL);
            } else {
                array.putInt(text.length()).put(text.array(), text.offset(), text.length());
            }
        }
        return array.array();
    }
}
