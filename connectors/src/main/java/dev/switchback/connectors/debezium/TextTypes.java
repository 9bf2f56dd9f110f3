package dev.switchback.connectors.debezium;

import java.lang.reflect.Proxy;
import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import org.postgresql.core.Oid;
import org.postgresql.core.TypeInfo;

/**
 * Makes Debezium's pgoutput decoder hand out every value as the text that PostgreSQL sent, and every column's type as
 * the log names it.
 *
 * <p>Debezium parses a value by its type, which loses some (the offset of a {@code timetz}, {@code numeric} infinities,
 * anything it has no parser for). It leaves the labels of an enum as they are, so here every type is such an enum. Its
 * name is the type's OID and its length the column's modifier: the two facts about a column's type that the log holds,
 * by which {@link SchemaGuard} tells whether the table was altered.
 */
final class TextTypes extends TypeRegistry {

    /** Reports a column's modifier as its length, where Debezium would have the driver interpret it. */
    private static final TypeInfo MODIFIER_AS_LENGTH = (TypeInfo) Proxy.newProxyInstance(
            TypeInfo.class.getClassLoader(),
            new Class<?>[] {TypeInfo.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "getPrecision" -> arguments[1];
                case "getScale", "getDisplaySize" -> 0;
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private final Map<String, PostgresType> types = new HashMap<>();

    TextTypes(PostgresConnection connection) {
        super(connection);
    }

    @Override
    @SuppressWarnings("NullAway") // the super constructor calls this, before there are fields
    public PostgresType get(int oid) {
        if (types == null) {
            return super.get(oid);
        }
        return get(Integer.toUnsignedString(oid));
    }

    @Override
    @SuppressWarnings("NullAway") // the super constructor calls this, before there are fields
    public PostgresType get(String oid) {
        if (types == null) {
            return super.get(oid);
        }
        // Asked for each value of each row: nothing is made for a type that is known.
        PostgresType known = types.get(oid);
        return known == null ? types.computeIfAbsent(oid, this::text) : known;
    }

    private PostgresType text(String oid) {
        return new PostgresType.Builder(this, oid, Oid.TEXT, Types.VARCHAR, NO_TYPE_MODIFIER, MODIFIER_AS_LENGTH)
                .enumValues(List.of())
                .build();
    }
}
