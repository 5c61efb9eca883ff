-- Taps in a row whose write could not be read back.
ALTER TABLE counter ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
