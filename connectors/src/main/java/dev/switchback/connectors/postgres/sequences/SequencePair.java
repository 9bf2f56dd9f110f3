package dev.switchback.connectors.postgres.sequences;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.postgres.sequences.Sequence.Column;

/** A sequence, and the one that takes over from it: of the column that its column is mapped to, or of the same name. */
record SequencePair(Sequence from, Sequence to) {

    /** What each sequence of one reading is handed to, in the other. */
    static List<SequencePair> of(Reading from, Reading to, List<TablePair> tables) {
        List<SequencePair> pairs = new ArrayList<>();
        for (Sequence sequence : from.sequences()) {
            counterpart(sequence, to, tables).ifPresent(other -> pairs.add(new SequencePair(sequence, other)));
        }
        return pairs;
    }

    /** Those of the later side that nothing is handed to, though a mapped column takes its numbers from them. */
    static Set<Sequence> left(Reading from, Reading to, List<TablePair> tables) {
        Set<Sequence> left = new LinkedHashSet<>(to.sequences());
        of(from, to, tables).forEach(pair -> left.remove(pair.to));
        left.removeIf(sequence -> sequence.column().isEmpty()
                || tables.stream()
                        .noneMatch(pair -> fills(pair, sequence.column().get())));
        return left;
    }

    private static Optional<Sequence> counterpart(Sequence sequence, Reading to, List<TablePair> tables) {
        if (sequence.column().isEmpty()) {
            return to.sequences().stream()
                    .filter(other -> other.column().isEmpty() && other.id().equals(sequence.id()))
                    .findFirst();
        }
        Column column = sequence.column().get();
        return tables.stream()
                .filter(pair -> pair.source().equals(column.table()))
                .flatMap(pair -> pair.columns().stream()
                        .filter(each -> each.source().equals(column.name()))
                        .map(each -> at(pair, each, to)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Sequence> at(TablePair pair, ColumnPair columns, Reading to) {
        return to.sequences().stream()
                .filter(other -> other.column()
                        .filter(column -> column.table().equals(pair.destination())
                                && column.name().equals(columns.destination()))
                        .isPresent())
                .findFirst();
    }

    private static boolean fills(TablePair pair, Column column) {
        return pair.destination().equals(column.table())
                && pair.columns().stream().anyMatch(each -> each.destination().equals(column.name()));
    }
}
