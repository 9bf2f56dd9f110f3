package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.faults.Roles.Members;
import dev.switchback.platform.EmbeddedDatabase;

/** What cannot be continued without a gap is refused at the start, and at every further one, in words. */
@Tag("campaign")
class RefusalTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final List<String> APPLY = List.of(FaultRun.APPLY_A, FaultRun.APPLY_B);
    private static final String SLOT = FaultMigration.FLOW.slot();
    private static final String ANEW = "Start the migration anew";

    @Test
    void aSlotThatWasDroppedIsAGap() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.roles.process(FaultRun.CAPTURE).kill();
            dropSlot(run.platform.source());
            assertRefused(run, FaultRun.CAPTURE, "The slot " + SLOT + " is not there any more", ANEW);
            assertThat(run.platform.source().value("SELECT count(*) FROM pg_replication_slots"))
                    .isEqualTo("0");
        }
    }

    @Test
    void aSlotThatWasDroppedAndCreatedAgainIsAGap() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.roles.process(FaultRun.CAPTURE).kill();
            dropSlot(run.platform.source());
            run.awaitWrites(100);
            run.platform.source().execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
            assertRefused(run, FaultRun.CAPTURE, "it was created again", ANEW);
        }
    }

    @Test
    void aSlotWhoseLogTheServerHasRemovedIsAGap() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            EmbeddedDatabase source = run.platform.source();
            run.roles.process(FaultRun.CAPTURE).freeze();
            source.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
            for (int i = 0; i < 4; i++) {
                run.awaitWrites(50);
                source.execute("SELECT pg_switch_wal()", "CHECKPOINT");
            }
            assertThat(source.value("SELECT wal_status FROM pg_replication_slots"))
                    .isEqualTo("lost");
            run.roles.process(FaultRun.CAPTURE).thaw();
            run.roles.process(FaultRun.CAPTURE).awaitOutput(CaptureMain.HALTED, FaultRun.PATIENCE);
            assertThat(run.roles.process(FaultRun.CAPTURE).output())
                    .contains("has removed log that the slot " + SLOT + " had yet to deliver", ANEW);
            assertRefused(run, FaultRun.CAPTURE, "slot " + SLOT + " can be read no more (wal_removed)", "anew");
        }
    }

    @Test
    void aSourceThatWasPromotedHasAnotherLog() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.roles.process(FaultRun.CAPTURE).kill();
            run.platform.source().stop();
            run.platform.source().promote();
            assertRefused(run, FaultRun.CAPTURE, "The source's log is not the one that was captured", ANEW);
        }
    }

    @Test
    void aSourceThatWasRestoredToAnOlderStateIsAGap() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            EmbeddedDatabase source = run.platform.source();
            run.roles.end(FaultRun.CAPTURE);
            Path copy = save(run, source);
            run.roles.start(FaultRun.CAPTURE);
            run.awaitWrites(300);
            run.awaitDrain();
            run.load().close();
            run.roles.end(FaultRun.CAPTURE);
            source.stop();
            source.restoreFrom(copy);
            source.start();
            assertRefused(run, FaultRun.CAPTURE, "The source's log ends at", "an older state of itself", ANEW);
            // Its log has grown beyond what was captured, which says nothing about what is in it.
            for (int i = 0; i < 3; i++) {
                source.execute("SELECT pg_logical_emit_message(true, 'growth', '')", "SELECT pg_switch_wal()");
            }
            assertRefused(run, FaultRun.CAPTURE, "The source's last watermark", "an older state of itself", ANEW);
        }
    }

    @Test
    void aDestinationThatWasRestoredToAnOlderStateIsNotGoneOnWith() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            EmbeddedDatabase destination = run.platform.destination();
            APPLY.forEach(run.roles::end);
            Path copy = save(run, destination);
            APPLY.forEach(run.roles::start);
            run.awaitWrites(300);
            run.awaitDrain();
            APPLY.forEach(run.roles::end);
            destination.stop();
            destination.restoreFrom(copy);
            destination.start();
            String applied = destination.value("SELECT sum(next_offset) FROM switchback.checkpoint");
            assertRefused(run, FaultRun.APPLY_A, "it is an older state of itself", "--reset-offsets");
            assertThat(destination.value("SELECT sum(next_offset) FROM switchback.checkpoint"))
                    .isEqualTo(applied);
        }
    }

    /** A copy of a database as it is now; it goes on afterwards. */
    private static Path save(FaultRun run, EmbeddedDatabase database) {
        Path copy = run.platform.directory().resolve("older-state");
        database.stop();
        database.saveTo(copy);
        database.start();
        return copy;
    }

    private static void assertRefused(FaultRun run, String name, String... words) {
        for (int start = 0; start < 2; start++) {
            if (run.roles.process(name) != null) {
                run.roles.stop(name);
            }
            run.roles.start(name);
            run.roles
                    .process(name)
                    .awaitOutput(
                            name.equals(FaultRun.CAPTURE) ? CaptureMain.HALTED : ApplyMain.HALTED, FaultRun.PATIENCE);
            assertThat(run.roles.process(name).awaitExit(FaultRun.PATIENCE)).isEqualTo(1);
            assertThat(run.roles.process(name).output()).contains(words);
            assertThat(run.roles.process(name).output())
                    .doesNotContain(name.equals(FaultRun.CAPTURE) ? CaptureMain.COMMITTED : ApplyMain.FLUSHED);
        }
    }

    private static void dropSlot(EmbeddedDatabase source) {
        source.dropReader(SLOT);
        source.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
    }
}
