-- The store as it is to be: found by its merchant's id and its own, and without those that are closed.
CREATE TABLE store (
    merchant_id int,
    id          uuid,
    name        text NOT NULL,
    sign        text NOT NULL,
    name_length int,
    tags        text[] NOT NULL DEFAULT '{}',
    rating      numeric(3, 1),
    menu        jsonb,
    status      text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ON store (id);

-- The new side's applications compute these for themselves; what apply writes has them already.
CREATE FUNCTION sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sign := upper(NEW.name);
    NEW.name_length := length(NEW.name);
    RETURN NEW;
END $$;
CREATE TRIGGER sign BEFORE INSERT OR UPDATE ON store FOR EACH ROW EXECUTE FUNCTION sign();

CREATE FUNCTION assign_merchant(store uuid, merchant int) RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION close_or_open(store uuid) RETURNS int LANGUAGE sql AS 'SELECT 0';
