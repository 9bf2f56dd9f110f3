package dev.switchback.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.schema.TableId;

/**
 * How long after the source's commit the destination's commit came, by the databases' own commit timestamps
 * ({@code track_commit_timestamp}) of each row's last version; both read the same clock. The product has no part in the
 * measurement. Deletes and versions that were overwritten again leave nothing to measure.
 */
final class CommitLag {

    private final long[] millis;

    private CommitLag(long[] millis) {
        this.millis = millis;
    }

    /** Measures all rows whose last change was committed at the source since the given moment. */
    static CommitLag measure(
            EmbeddedDatabase source, EmbeddedDatabase destination, List<TableId> tables, long sinceMicros) {
        LongStream.Builder lags = LongStream.builder();
        for (TableId table : tables) {
            Map<String, Long> written = commits(source, table, sinceMicros);
            commits(destination, table, sinceMicros).forEach((key, applied) -> {
                Long committed = written.get(key);
                // A row whose last version has not arrived yet is there in an older one.
                if (committed != null && applied >= committed) {
                    lags.add((applied - committed) / 1000);
                }
            });
        }
        long[] sorted = lags.build().toArray();
        Arrays.sort(sorted);
        return new CommitLag(sorted);
    }

    /** Rows measured. */
    int count() {
        return millis.length;
    }

    /** The lag in milliseconds that the given share of rows did not exceed. */
    long quantile(double share) {
        return millis.length == 0 ? 0 : millis[(int) Math.min(millis.length - 1, (long) (share * millis.length))];
    }

    private static Map<String, Long> commits(EmbeddedDatabase database, TableId table, long sinceMicros) {
        String sql = "SELECT ROW(" + keyColumns(database, table) + ")::text, micros FROM (SELECT *,"
                + " (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS micros"
                + " FROM \"" + table.name() + "\") t WHERE micros >= ?";
        Map<String, Long> commits = new HashMap<>();
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, sinceMicros);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    commits.put(rows.getString(1), rows.getLong(2));
                }
            }
            return commits;
        } catch (SQLException e) {
            throw new IllegalStateException("measuring the lag of " + table + " failed: " + e.getMessage(), e);
        }
    }

    private static String keyColumns(EmbeddedDatabase database, TableId table) {
        return String.valueOf(database.value("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
                + " FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
                + " WHERE indisprimary AND indrelid = '\"" + table.name() + "\"'::regclass"));
    }
}
