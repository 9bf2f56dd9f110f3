-- The store as it is: found by its id. Whose it is stands in another table, which came later and lacks some.
CREATE TABLE store (
    id          uuid PRIMARY KEY,
    merchant_id int,
    name        text NOT NULL,
    tags        text[] NOT NULL DEFAULT '{}',
    rating      numeric(3, 1),
    menu        jsonb,
    status      text NOT NULL DEFAULT 'open'
);
ALTER TABLE "order" ADD FOREIGN KEY (store_id) REFERENCES store ON UPDATE CASCADE;

CREATE TABLE lookup_store2merchant (
    store_id    uuid PRIMARY KEY,
    merchant_id int NOT NULL
);

-- What only the old side's applications do.
CREATE FUNCTION assign_merchant(store uuid, merchant int) RETURNS int LANGUAGE sql AS $$
    INSERT INTO lookup_store2merchant VALUES (store, merchant)
    ON CONFLICT (store_id) DO UPDATE SET merchant_id = excluded.merchant_id RETURNING 1
$$;
CREATE FUNCTION close_or_open(store uuid) RETURNS int LANGUAGE sql AS $$
    UPDATE store s SET status = CASE s.status WHEN 'open' THEN 'closed' ELSE 'open' END WHERE s.id = store RETURNING 1
$$;
