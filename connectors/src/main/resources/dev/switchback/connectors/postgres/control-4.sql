CREATE TABLE switchback.apply_token (
    migration text PRIMARY KEY,
    token text NOT NULL DEFAULT gen_random_uuid()::text
);
COMMENT ON TABLE switchback.apply_token IS 'What a session says to be let through the fence. For Switchback''s own role alone.';

-- Default privileges may have given it away.
DO $$
DECLARE
    other record;
BEGIN
    FOR other IN
        SELECT DISTINCT a.grantee FROM pg_class c, aclexplode(c.relacl) AS a
        WHERE c.oid = 'switchback.apply_token'::regclass AND a.grantee <> c.relowner
    LOOP
        EXECUTE 'REVOKE ALL ON switchback.apply_token FROM '
            || CASE other.grantee WHEN 0 THEN 'PUBLIC' ELSE other.grantee::regrole::text END;
    END LOOP;
END $$;

INSERT INTO switchback.apply_token (migration) SELECT migration FROM switchback.control;

-- The body of each fence's triggers; their one argument is the migration. SECURITY DEFINER so that whoever writes needs no
-- right of ours, and none to the token. 40001 is what clients roll back and try again upon.
CREATE FUNCTION switchback.refuse_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF current_setting('switchback.token', true)
            = (SELECT token FROM switchback.apply_token WHERE migration = TG_ARGV[0]) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '40001',
        MESSAGE = format('migration %s: table %I.%I takes no writes now', TG_ARGV[0], TG_TABLE_SCHEMA, TG_TABLE_NAME),
        DETAIL = 'A fence is closed: this is not the database that applications write to, or it is about to be switched.',
        HINT = 'Roll back and try again; if it goes on, connect to the other database of the migration.';
END $body$;
