package dev.switchback.transforms.sql;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why functions that PostgreSQL has are not to be used in a mapping. Stateless. */
final class Refusals {

    /** What is wrong, and what to do instead. */
    record Refusal(String reason, String remedy) {}

    private static final Refusal VOLATILE = new Refusal(
            "it returns something else each time, so that the rows could never be compared with the source",
            "Fill the column by a default at the destination, and leave it out here.");
    private static final Refusal AGGREGATE = new Refusal(
            "a mapping turns each row into a row, and knows of no other",
            "Move the rows as they are, and aggregate at the destination.");
    private static final Refusal LAST_DIGIT = new Refusal(
            "its last digits depend on the C library of the database's server",
            "Compute it at the destination, for instance in a generated column.");
    private static final Refusal LOCALE = new Refusal(
            "its result depends on the locale of the database",
            "Compute it at the destination, for instance in a generated column.");
    private static final Refusal REGULAR = new Refusal(
            "PostgreSQL's regular expressions are not Java's", "Use LIKE, SPLIT_PART, REPLACE or TRANSLATE.");
    private static final Refusal SESSION = new Refusal("its result depends on the session", "Write the value itself.");
    private static final Refusal PARSER = new Refusal(
            "its reading of texts is wider than what could be made equal", "Use CAST with a text in ISO format.");

    private static final Map<String, Refusal> BY_NAME = new HashMap<>();

    static {
        put(
                VOLATILE,
                "now current_timestamp current_date current_time localtime localtimestamp transaction_timestamp"
                        + " statement_timestamp clock_timestamp timeofday random gen_random_uuid uuid_generate_v4 nextval"
                        + " currval lastval txid_current pg_current_xact_id setseed");
        put(
                AGGREGATE,
                "count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and"
                        + " bool_or every stddev stddev_pop stddev_samp variance var_pop var_samp corr row_number rank"
                        + " dense_rank lag lead first_value last_value ntile");
        put(
                LAST_DIGIT,
                "power pow exp ln log log10 sin cos tan cot asin acos atan atan2 sinh cosh tanh cbrt degrees radians");
        put(LOCALE, "initcap to_number");
        put(
                REGULAR,
                "regexp_replace regexp_match regexp_matches regexp_split_to_array regexp_like regexp_substr regexp_count");
        put(
                SESSION,
                "user current_user session_user current_role current_schema current_database current_setting version");
        put(PARSER, "to_date to_timestamp");
    }

    private Refusals() {}

    private static void put(Refusal refusal, String names) {
        List.of(names.split(" ")).forEach(name -> BY_NAME.put(name, refusal));
    }

    static Optional<Refusal> of(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }
}
