package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldNameTest {

    @ParameterizedTest
    @CsvSource({
        "store_id, store_id",
        "_u, _u",
        "a_u00e9, a_u00e9",
        "a-b, a_u002Db",
        "a_u002Db, a_u005Fu002Db",
        "1st, _u0031st",
        "größe, gr_u00F6_u00DFe",
        "😀, _uD83D_uDE00",
        "order by, order_u0020by"
    })
    void aNameIsLegalAvro(String name, String legal) {
        assertThat(FieldName.of(name)).isEqualTo(legal).matches("[A-Za-z_][A-Za-z0-9_]*");
    }

    @Property
    void differentNamesStayDifferent(@ForAll("names") String one, @ForAll("names") String other) {
        Assume.that(!one.equals(other));

        assertThat(FieldName.of(one)).isNotEqualTo(FieldName.of(other));
    }

    @Property
    void escapesCanBeReadBack(@ForAll("names") String name) {
        String legal = FieldName.of(name);

        assertThat(legal).matches("[A-Za-z_][A-Za-z0-9_]*");
        assertThat(unescaped(legal)).isEqualTo(name);
    }

    @Provide
    Arbitrary<String> names() {
        return Tables.names();
    }

    private static String unescaped(String legal) {
        return Pattern.compile("_u([0-9A-F]{4})")
                .matcher(legal)
                .replaceAll(
                        match -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(match.group(1), 16))));
    }
}
