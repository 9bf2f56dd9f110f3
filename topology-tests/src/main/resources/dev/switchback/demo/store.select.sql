SELECT COALESCE(s.merchant_id, m.merchant_id, 0) AS merchant_id, s.id, s.name,
       upper(s.name) AS sign, length(s.name) AS name_length, s.tags, s.rating, s.menu, s.status
FROM store s LEFT JOIN lookup_store2merchant m ON m.store_id = s.id
WHERE s.status <> 'closed'
