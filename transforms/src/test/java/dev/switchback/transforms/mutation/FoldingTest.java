package dev.switchback.transforms.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.Mutation.OfRow;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;

class FoldingTest {

    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final ColumnType LONG = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final DestinationTable STORE = new DestinationTable(
            TableId.parse("store"),
            List.of(Column.of("id", LONG), Column.of("name", TEXT), Column.of("menu", TEXT)),
            List.of("id"));

    @Test
    void aPatchOnAnUpsertKeepsWhatThePatchDoesNotKnow() {
        assertThat(Folding.fold(upsert("Ada", "menu"), patch("Bea", Absent.VALUE)))
                .contains(upsert("Bea", "menu"));
    }

    @Test
    void aPatchThatSetsNullSetsNull() {
        assertThat(Folding.fold(upsert("Ada", "menu"), patch("Ada", null))).contains(upsert("Ada", null));
    }

    @Test
    void aPatchOnAPatchStaysAPatchOfBoth() {
        assertThat(Folding.fold(patch("Ada", Absent.VALUE), patch(Absent.VALUE, "menu")))
                .contains(patch("Ada", "menu"));
    }

    @Test
    void aPatchBehindARemoveHasNoFold() {
        assertThat(Folding.fold(remove(), patch("Ada", Absent.VALUE))).isEmpty();
    }

    @Test
    void theLastWholeRowWins() {
        assertThat(Folding.fold(remove(), upsert("Ada", "menu"))).contains(upsert("Ada", "menu"));
        assertThat(Folding.fold(upsert("Ada", "menu"), remove())).contains(remove());
    }

    /** Whatever the sequence: folding it and then applying leaves the row that applying one by one leaves. */
    @Property
    void foldingASequenceEqualsApplyingIt(@ForAll("sequences") List<OfRow> sequence) {
        Optional<List<Object>> before = Optional.of(List.of("old", "old"));
        assertThat(applyAll(folded(sequence), before)).isEqualTo(applyAll(sequence, before));
    }

    @Provide
    Arbitrary<List<OfRow>> sequences() {
        Arbitrary<Object> value = Arbitraries.of("a", "b", "c", Absent.VALUE);
        Arbitrary<Object> known = Arbitraries.of("a", "b", "c");
        return Arbitraries.<OfRow>oneOf(
                        Combinators.combine(known, known).as(FoldingTest::upsert),
                        Combinators.combine(value, value).as(FoldingTest::patch),
                        Arbitraries.just(remove()))
                .list()
                .ofMaxSize(12);
    }

    private static List<OfRow> folded(List<OfRow> sequence) {
        List<OfRow> result = new ArrayList<>();
        for (OfRow next : sequence) {
            Optional<OfRow> fold =
                    result.isEmpty() ? Optional.empty() : Folding.fold(result.get(result.size() - 1), next);
            fold.ifPresent(ignored -> result.remove(result.size() - 1));
            result.add(fold.orElse(next));
        }
        return result;
    }

    private static Optional<List<Object>> applyAll(List<OfRow> mutations, Optional<List<Object>> row) {
        for (OfRow mutation : mutations) {
            row = apply(mutation, row);
        }
        return row;
    }

    private static Optional<List<Object>> apply(OfRow mutation, Optional<List<Object>> row) {
        if (mutation instanceof Upsert upsert) {
            return Optional.of(List.of(upsert.values()[1], upsert.values()[2]));
        }
        if (mutation instanceof Patch patch) {
            return row.map(old -> List.of(known(patch.values()[1], old.get(0)), known(patch.values()[2], old.get(1))));
        }
        return Optional.empty();
    }

    private static Object known(Object value, Object old) {
        return value == Absent.VALUE ? old : value;
    }

    private static Upsert upsert(Object name, Object menu) {
        return new Upsert(STORE, new Object[] {7L, name, menu});
    }

    private static Patch patch(Object name, Object menu) {
        return new Patch(STORE, new Object[] {7L, name, menu});
    }

    private static Remove remove() {
        return new Remove(STORE, new Key(7L));
    }
}
