CREATE TABLE switchback.member (
    migration text NOT NULL,
    direction text NOT NULL,
    member text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    report jsonb NOT NULL,
    PRIMARY KEY (migration, direction, member)
) WITH (fillfactor = 50);
COMMENT ON TABLE switchback.member IS 'What each process of a flow last said of itself. For people only: nothing is decided by it.';
