CREATE TABLE switchback.beat (
    migration text PRIMARY KEY,
    number bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON TABLE switchback.beat IS 'How many heartbeats a migration has put into this database''s log. Capture remembers the last one it has seen: a database that knows of fewer is an older state of itself.';
INSERT INTO switchback.beat (migration) SELECT migration FROM switchback.control;
