-- When a door has last shown a certificate, as far as the order of them tells it; none for one that it never has: its
-- answer may have been lost. Of those that were issued before this was kept nobody knows, so none of them is one.
ALTER TABLE door_certificate ADD COLUMN shown_s INTEGER;
UPDATE door_certificate SET shown_s = not_before_s;
