TRUNCATE "public"."order"
