ALTER TABLE switchback.control ADD COLUMN behind bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN switchback.control.behind IS 'The watermark of the other side''s log behind which the flow to this side applies. What comes before it is the echo of what the other direction wrote.';
