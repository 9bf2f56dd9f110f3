package dev.switchback.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;

class DemoMainTest {

    @Test
    void badUsageIsSaidInOneSentence() {
        assertThat(complaint("--corupt"))
                .isEqualTo(
                        "switchback: There is no \"--corupt\" here. Did you mean \"--corrupt\"? See switchback demo --help.");
        assertThat(complaint("--seconds", "many"))
                .startsWith("switchback: Invalid value for option '--seconds'")
                .endsWith("See switchback demo --help.");
    }

    private static String complaint(String... arguments) {
        StringWriter err = new StringWriter();
        assertThat(DemoMain.execute(new PrintWriter(err, true), arguments)).isEqualTo(2);
        return err.toString().trim();
    }
}
