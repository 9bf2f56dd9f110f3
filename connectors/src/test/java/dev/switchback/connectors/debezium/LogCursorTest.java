package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.debezium.LogCursor.AnotherLogException;

/** Where a capture is in the log, and what of it was sent before. Commits are at hundreds, messages in between. */
class LogCursorTest {

    @Test
    void aCursorThatBeginsAtACommitSendsEverything() {
        LogCursor cursor = new LogCursor(LogPosition.after(100));

        assertThat(cursor.resuming()).isFalse();
        assertThat(cursor.pass(100, 110)).isTrue();
        assertThat(cursor.pass(100, 120)).isTrue();
        assertThat(cursor.position()).isEqualTo(new LogPosition(100, 2, 120));
    }

    @Test
    void theCountBeginsAnewBehindEachCommit() {
        LogCursor cursor = new LogCursor(LogPosition.after(100));
        cursor.pass(100, 110);
        cursor.passedCommit(200);

        assertThat(cursor.position()).isEqualTo(LogPosition.after(200));
        assertThat(cursor.commitLsn()).isEqualTo(200);
        cursor.pass(200, 150);
        assertThat(cursor.position()).isEqualTo(new LogPosition(200, 1, 150));
    }

    @Test
    void aMessageTellsOfTheCommitBeforeIt() {
        LogCursor cursor = new LogCursor(LogPosition.after(100));
        cursor.pass(100, 110);
        cursor.pass(200, 210);

        assertThat(cursor.position()).isEqualTo(new LogPosition(200, 1, 210));
    }

    @Test
    void aCommitThatIsToldTwiceDoesNotCountTwice() {
        LogCursor cursor = new LogCursor(LogPosition.after(100));
        cursor.pass(100, 110);
        cursor.passedCommit(100);

        assertThat(cursor.position()).isEqualTo(new LogPosition(100, 1, 110));
    }

    @Test
    void whatWasSentIsNotSentAgainEvenWhereMessagesShareAnLsn() {
        LogCursor cursor = new LogCursor(new LogPosition(100, 3, 110));

        assertThat(cursor.resuming()).isTrue();
        assertThat(cursor.pass(100, 110)).isFalse();
        assertThat(cursor.pass(100, 110)).isFalse();
        assertThat(cursor.resuming()).isTrue();
        assertThat(cursor.position()).isEqualTo(new LogPosition(100, 3, 110));
        assertThat(cursor.pass(100, 110)).isFalse();
        assertThat(cursor.resuming()).isFalse();
        assertThat(cursor.pass(100, 110)).isTrue();
        assertThat(cursor.position()).isEqualTo(new LogPosition(100, 4, 110));
    }

    @Test
    void lsnsOfInterleavedTransactionsMayGoBack() {
        LogCursor cursor = new LogCursor(new LogPosition(200, 2, 90));

        assertThat(cursor.pass(200, 190)).isFalse();
        assertThat(cursor.pass(200, 90)).isFalse();
        assertThat(cursor.pass(200, 60)).isTrue();
    }

    @Test
    void theLastMessageThatWasSentMustBeTheSame() {
        LogCursor cursor = new LogCursor(new LogPosition(100, 2, 120));
        cursor.pass(100, 110);

        assertThatThrownBy(() -> cursor.pass(100, 130))
                .isInstanceOf(AnotherLogException.class)
                .hasMessageContaining("message 2")
                .hasMessageContaining("130");
    }

    @Test
    void aTransactionThatEndsBeforeItsLastSentMessageIsAnotherOne() {
        LogCursor byMessage = new LogCursor(new LogPosition(100, 2, 120));
        byMessage.pass(100, 110);
        LogCursor byCommit = new LogCursor(new LogPosition(100, 2, 120));
        byCommit.pass(100, 110);

        assertThatThrownBy(() -> byMessage.pass(200, 210))
                .isInstanceOf(AnotherLogException.class)
                .hasMessageContaining("ended after 1 messages");
        assertThatThrownBy(() -> byCommit.passedCommit(200)).isInstanceOf(AnotherLogException.class);
    }

    @Test
    void aCommitThatIsToldWhileResumingChangesNothing() {
        LogCursor cursor = new LogCursor(new LogPosition(100, 1, 110));
        cursor.passedCommit(100);

        assertThat(cursor.position()).isEqualTo(new LogPosition(100, 1, 110));
        assertThat(cursor.pass(100, 110)).isFalse();
    }
}
