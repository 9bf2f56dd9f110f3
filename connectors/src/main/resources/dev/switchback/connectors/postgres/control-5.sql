ALTER TABLE switchback.control ADD COLUMN kafka text;
COMMENT ON COLUMN switchback.control.kafka IS 'The id of the Kafka cluster that holds the migration''s changes. With another one, capture would begin anew and drop the slot that this one still needs.';
