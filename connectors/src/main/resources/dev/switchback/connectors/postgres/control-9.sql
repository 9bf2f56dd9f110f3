CREATE TABLE switchback.mapping (
    migration text NOT NULL,
    table_name text NOT NULL,
    declared text NOT NULL,
    PRIMARY KEY (migration, table_name)
);
COMMENT ON TABLE switchback.mapping IS 'What the migration file said of each source table when its rows began to be written. Another mapping would not make those rows anew, so it is refused.';
