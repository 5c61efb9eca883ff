-- The head that a door repeats and this log has not: `log-cut` is raised once for each.
ALTER TABLE door_status ADD COLUMN cut_row  INTEGER;
ALTER TABLE door_status ADD COLUMN cut_link BLOB;
