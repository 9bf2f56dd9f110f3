CREATE TABLE switchback.control (
    migration text PRIMARY KEY,
    epoch bigint NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'reverse')),
    fence text NOT NULL DEFAULT 'open' CHECK (fence IN ('open', 'fenced')),
    watermark bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE switchback.control IS 'Who may apply here. Each apply transaction locks its row, and so does each operation that changes it.';

-- Rows of the two tables are rewritten with every batch: room on their pages keeps the updates off the indexes.
ALTER TABLE switchback.control SET (fillfactor = 50);

CREATE TABLE switchback.checkpoint (
    migration text NOT NULL,
    direction text NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    watermark bigint NOT NULL DEFAULT 0,
    owner uuid NOT NULL,
    rows_copied bigint NOT NULL DEFAULT 0,
    changes_applied bigint NOT NULL DEFAULT 0,
    source_commit_at timestamptz,
    applied_at timestamptz,
    PRIMARY KEY (migration, direction, topic_id, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE switchback.checkpoint IS 'How far each partition of a change topic is applied. Written in the transaction of the rows themselves.';

CREATE TABLE switchback.held (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    migration text NOT NULL,
    direction text NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    source_key bytea NOT NULL,
    -- The key without its five bytes of schema id, by which changes wait for each other; hashed, since keys may be long.
    queue bytea NOT NULL GENERATED ALWAYS AS (sha256(substring(source_key FROM 6))) STORED,
    value bytea NOT NULL,
    table_name text NOT NULL,
    source_key_text text NOT NULL,
    destination_key_text text NOT NULL,
    reason text NOT NULL,
    sqlstate text,
    attempts integer NOT NULL DEFAULT 0,
    held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (migration, direction, topic_id, partition, "offset")
);
CREATE UNIQUE INDEX held_queue ON switchback.held (migration, direction, topic_id, partition, queue, "offset");
COMMENT ON TABLE switchback.held IS 'Changes that could not be applied, and those that wait behind them, in order per source key.';

CREATE TABLE switchback.discarded (
    id bigint PRIMARY KEY,
    migration text NOT NULL,
    direction text NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    source_key bytea NOT NULL,
    value bytea NOT NULL,
    table_name text NOT NULL,
    source_key_text text NOT NULL,
    destination_key_text text NOT NULL,
    reason text NOT NULL,
    sqlstate text,
    attempts integer NOT NULL,
    held_at timestamptz NOT NULL,
    discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    discarded_by text NOT NULL,
    discarded_why text NOT NULL
);
COMMENT ON TABLE switchback.discarded IS 'Held changes that were given up for good: by whom, when and why.';
