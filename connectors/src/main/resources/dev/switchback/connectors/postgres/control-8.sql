CREATE TABLE switchback.declined_count (
    migration text NOT NULL,
    table_name text NOT NULL,
    -- Each session of apply counts for itself, so that none waits for another.
    session integer NOT NULL,
    declined bigint NOT NULL,
    PRIMARY KEY (migration, table_name, session)
) WITH (fillfactor = 50);
COMMENT ON TABLE switchback.declined_count IS 'How many mutations a table''s on_conflict has declined to write.';

CREATE TABLE switchback.declined (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    table_name text NOT NULL,
    mutation text NOT NULL,
    content json NOT NULL,
    declined_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE switchback.declined IS 'What a table''s on_conflict has declined to write, where keep_declined says so.';

CREATE TABLE switchback.difference (
    migration text NOT NULL,
    table_name text NOT NULL,
    key jsonb NOT NULL,
    mutation text NOT NULL,
    content jsonb NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Keys may be longer than an index takes.
CREATE UNIQUE INDEX difference_row ON switchback.difference (migration, table_name, md5(key::text));
COMMENT ON TABLE switchback.difference IS 'Rows of tables that are only compared (on_conflict: compare) and differ: what the source has made of each, and the destination has not.';
