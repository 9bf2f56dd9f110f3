package dev.switchback.connectors.debezium;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of the log that are carried together: each with its LSN and its length ahead of it. Gathered by one thread,
 * read from the bytes by another.
 */
final class LogBatch {

    private static final int FULL_MESSAGES = 256;
    private static final int FULL_BYTES = 64 << 10;
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

    private final List<ByteBuffer> messages = new ArrayList<>();
    private final long[] lsns = new long[FULL_MESSAGES];
    private int bytes;

    /** What is done with a message of a batch; its buffer ends with the message. */
    interface Reader {
        void read(long lsn, ByteBuffer message) throws InterruptedException;
    }

    /** @param message whose buffer is not used for anything else from here on */
    void add(long lsn, ByteBuffer message) {
        lsns[messages.size()] = lsn;
        messages.add(message);
        bytes += HEADER_BYTES + message.remaining();
    }

    boolean isFull() {
        return messages.size() == FULL_MESSAGES || bytes >= FULL_BYTES;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** What was gathered, and begins anew. */
    ByteBuffer take() {
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (int i = 0; i < messages.size(); i++) {
            ByteBuffer message = messages.get(i);
            all.putLong(lsns[i]).putInt(message.remaining()).put(message);
        }
        messages.clear();
        bytes = 0;
        return all.flip();
    }

    static void read(ByteBuffer batch, Reader reader) throws InterruptedException {
        while (batch.hasRemaining()) {
            long lsn = batch.getLong();
            int length = batch.getInt();
            ByteBuffer message = batch.duplicate().limit(batch.position() + length);
            reader.read(lsn, message);
            batch.position(message.limit());
        }
    }
}
