package dev.switchback.transforms.change;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A text in UTF-8 where it came in: in a message of the log, or in a record of a change topic. It gets to where it goes by
 * a copy of its bytes. Stands in the place of a {@code String} in rows of which nobody looks into the value. Equal to
 * another one of the same text, but not to a {@code String}.
 *
 * <p>The array is not copied: whoever hands it over leaves it unchanged from then on. Immutable then.
 */
public final class Utf8Text {

    private final byte[] bytes;
    private final int from;
    private final int length;

    /** @param bytes in which {@code length} bytes from {@code from} on are the text; nobody checks that they are UTF-8 */
    public Utf8Text(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /** @throws IllegalArgumentException for half a surrogate pair, of which Java's encoder would make a question mark */
    public static Utf8Text of(String text) {
        requireText(text);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Utf8Text(bytes, 0, bytes.length);
    }

    /** @throws IllegalArgumentException for half a surrogate pair */
    public static void requireText(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < length && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException("half a surrogate pair at character " + i + " is no text");
                }
                i++;
            }
        }
    }

    /** The array in which the text is. Not to be changed. */
    public byte[] array() {
        return bytes;
    }

    /** Where in the array it begins. */
    public int offset() {
        return from;
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    /** The byte at an index from 0 on. A character of ASCII is one byte, and no byte of another character is like it. */
    public byte at(int index) {
        return bytes[from + index];
    }

    /** How many characters it has, as PostgreSQL counts them: code points. */
    public int characters() {
        int count = 0;
        for (int i = from; i < from + length; i++) {
            boolean continued = (bytes[i] & 0xC0) == 0x80;
            count += continued ? 0 : 1;
        }
        return count;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Utf8Text text
                && Arrays.equals(bytes, from, from + length, text.bytes, text.from, text.from + text.length);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /**
     * The text, if it is one; {@link #toString} puts something in the place of what is not UTF-8.
     *
     * @throws CharacterCodingException when the bytes are not UTF-8
     */
    public String decoded() throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, length))
                .toString();
    }

    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
