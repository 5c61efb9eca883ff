-- event_by_card begins with the same column, so this one only cost each event a page more.
DROP INDEX event_by_uid;
