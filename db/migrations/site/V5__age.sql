-- How old a door's list may become, and what a grant of hours is worth while the door does not know the time.

-- NULL: of any age.
ALTER TABLE door_setting ADD COLUMN age_limit_s  INTEGER DEFAULT 259200;
ALTER TABLE door_setting ADD COLUMN age_beyond   TEXT    NOT NULL DEFAULT 'goes-on';
ALTER TABLE door_setting ADD COLUMN unknown_time TEXT    NOT NULL DEFAULT 'denies';
