CREATE TABLE switchback.table_count (
    migration text NOT NULL,
    direction text NOT NULL,
    table_name text NOT NULL,
    -- One of the shared topic that the session owns which counts, so that none waits for another.
    partition integer NOT NULL,
    rows_copied bigint NOT NULL,
    changes_applied bigint NOT NULL,
    PRIMARY KEY (migration, direction, table_name, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE switchback.table_count IS 'How much of each source table is applied whose changes share a topic with those of others. Written in the transaction of the rows themselves.';
