package dev.switchback.connectors.debezium;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.connectors.postgres.LogIdentity;

/**
 * How far capture has come, stored in the Kafka transaction of the changes themselves.
 *
 * @param log the log that the position is of
 * @param position where the next change stands; while the snapshot lasts, where the changes behind it begin
 * @param snapshotDone whether the initial snapshot has been sent in full
 * @param watermark the id of the last watermark that was sent
 * @param awaited the watermark that the destination must have applied before anything more is sent; 0 for none
 * @param beat the number of the last heartbeat that was passed
 * @param tables the offset, in the same topic, of the record that says what the captured tables look like
 */
record StoredOffset(
        LogIdentity log,
        LogPosition position,
        boolean snapshotDone,
        long watermark,
        long awaited,
        long beat,
        long tables) {

    private static final JsonMapper JSON = new JsonMapper();

    byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static StoredOffset ofJson(byte[] json) {
        try {
            return JSON.readValue(json, StoredOffset.class);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
