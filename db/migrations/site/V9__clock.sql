-- When the door's list was last confirmed, by the controller's clock, as the door's newest status that knew told it.
ALTER TABLE door_status ADD COLUMN confirmed_ms INTEGER;
