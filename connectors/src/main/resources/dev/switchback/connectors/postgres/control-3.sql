CREATE TABLE switchback.partition (
    migration text NOT NULL,
    root bigint NOT NULL,
    leaf bigint NOT NULL,
    name text NOT NULL,
    lineage text NOT NULL,
    filenode bigint NOT NULL,
    guarded boolean NOT NULL,
    PRIMARY KEY (migration, root, leaf)
);
COMMENT ON TABLE switchback.partition IS 'The partitions that captured tables had when last looked at, by oid. What is attached, detached or dropped since brings or takes rows that no log tells of.';
