-- The log is read in the order in which things happened: by the door's clock, but never later than five minutes after the
-- controller has heard of them, so that a clock that is far ahead keeps nothing on top of every list for years.
ALTER TABLE event ADD COLUMN happened_ms INTEGER GENERATED ALWAYS AS (MIN(at_ms, received_ms + 300000)) VIRTUAL;

-- One index for each way into the log, and each in the order of the list: a page is read from its end, and what a filter
-- does not name is not looked at.
DROP INDEX event_by_time;
DROP INDEX event_by_door;
CREATE INDEX event_by_time ON event (happened_ms);
CREATE INDEX event_by_door ON event (door, happened_ms);
CREATE INDEX event_by_code ON event (code, happened_ms);
CREATE INDEX event_by_door_and_code ON event (door, code, happened_ms);
CREATE INDEX event_by_reason ON event (reasons, happened_ms) WHERE reasons IS NOT NULL;
CREATE INDEX event_by_reason_and_door ON event (reasons, door, happened_ms) WHERE reasons IS NOT NULL;
CREATE INDEX event_by_card ON event (uid, happened_ms) WHERE uid IS NOT NULL;
