package dev.switchback.benchmarks.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

class WorkloadTest {

    @Test
    void theShareThatFoldsIsWhatAChoiceOfKeysFolds() {
        Random random = new Random(1);
        int folded = 0;
        for (int batch = 0; batch < 200; batch++) {
            Set<Integer> keys = new HashSet<>();
            for (int i = 0; i < 3_500; i++) {
                folded += keys.add(random.nextInt(100_000)) ? 0 : 1;
            }
        }

        assertThat(Workload.foldedShare(100_000, 5_000)).isCloseTo(folded / (200.0 * 5_000), within(0.0005));
    }

    @Test
    void foldingFlattersNobodyAtFullSize() {
        assertThat(Workload.foldedShare(Size.FULL.keys(), 5_000)).isLessThan(0.01);
    }
}
