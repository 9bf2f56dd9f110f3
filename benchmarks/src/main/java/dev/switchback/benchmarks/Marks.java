package dev.switchback.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

import dev.switchback.benchmarks.contender.Tally;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;

/** Sees a contender pass the marks around the changes that count. */
interface Marks extends AutoCloseable {

    /** Whether it has passed the middle of the marks in front. */
    boolean begun() throws SQLException;

    /** Whether it has passed all marks behind. */
    boolean ended() throws SQLException;

    @Override
    void close() throws SQLException;

    /** Seen at the destination, or by the contender's own count where it has one. */
    static Marks of(Stage stage, @Nullable Tally tally) throws SQLException {
        return tally == null ? new Visible(stage) : new Counted(tally, stage.backlog());
    }

    /** By how many changes there were before. */
    record Counted(Tally tally, long all) implements Marks {

        @Override
        public boolean begun() {
            return tally.changes() >= Workload.MARKS / 2;
        }

        @Override
        public boolean ended() {
            return tally.changes() >= all;
        }

        @Override
        public void close() {}
    }

    /** By the rows that another session sees at the destination. */
    final class Visible implements Marks {

        private final Connection connection;
        private final PreparedStatement begin;
        private final PreparedStatement end;

        private Visible(Stage stage) throws SQLException {
            connection = stage.destination().connect();
            begin = connection.prepareStatement(Workload.countMarks(Workload.BEGIN));
            end = connection.prepareStatement(Workload.countMarks(Workload.END));
        }

        @Override
        public boolean begun() throws SQLException {
            return count(begin) >= Workload.MARKS / 2;
        }

        @Override
        public boolean ended() throws SQLException {
            return count(end) >= Workload.MARKS;
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }

        private static long count(PreparedStatement statement) throws SQLException {
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
