package dev.switchback.transforms.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNameTest {

    private static final List<String> KEYS = List.of("migration", "source", "destination", "tables", "to", "select");

    @ParameterizedTest
    @CsvSource({
        "table,       tables",
        "Tables,      tables",
        "desitnation, destination",
        "sorce,       source",
        "tp,          to",
        "slect,       select"
    })
    void aMisspeltNameIsRecognized(String word, String meant) {
        assertThat(NearName.of(word, KEYS)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"password", "xyz", "lookup"})
    void aNameUnlikeAllOthersHasNoNearOne(String word) {
        assertThat(NearName.of(word, KEYS)).isEmpty();
    }

    @Test
    void theHintNamesTheNearOneOrElseSaysTheOtherText() {
        assertThat(NearName.hint("tabels", KEYS, "Remove it.")).isEqualTo("Did you mean \"tables\"?");
        assertThat(NearName.hint("password", KEYS, "Remove it.")).isEqualTo("Remove it.");
    }
}
