package dev.switchback.transforms.mutation;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** A destination row's key values, in the key's order, equal by value (byte strings too). The array is not copied. */
public final class Key {

    private final Object[] values;
    private final int hash;

    public Key(Object... values) {
        this.values = values;
        this.hash = Arrays.deepHashCode(values);
    }

    /** Not to be changed. */
    public Object[] values() {
        return values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key && hash == key.hash && Arrays.deepEquals(values, key.values);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        String text = Arrays.deepToString(values);
        return "(" + text.substring(1, text.length() - 1) + ")";
    }
}
