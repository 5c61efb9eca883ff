-- The central log, chained row by row; the operator log likewise; and a seal each day. docs/LOG.md says how.

-- Head of the chain after this row. NULL only until the rows of before have got theirs (see `log_chain`).
ALTER TABLE event ADD COLUMN head BLOB;

-- The same of the operator log. Its chain holds a salted commitment to the detail, which may name people and cards.
ALTER TABLE change ADD COLUMN salt       BLOB;
ALTER TABLE change ADD COLUMN commitment BLOB;
ALTER TABLE change ADD COLUMN head       BLOB;

-- `log_head` is from now on the head of row `log_row`: with both in one row a log that was cut is seen to be.
ALTER TABLE site ADD COLUMN log_row   INTEGER NOT NULL DEFAULT 0;
-- The same of the operator log.
ALTER TABLE site ADD COLUMN change_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN change_head   BLOB;
-- Which chain the rows of this file have: 1 while those of before get their heads, 2 from then on.
ALTER TABLE site ADD COLUMN log_chain INTEGER NOT NULL DEFAULT 1;
UPDATE site SET log_head = zeroblob(32);

-- What was true of both logs at the end of a day, signed by the controller's seal key.
CREATE TABLE log_seal (
    -- Without gaps from 1.
    number     INTEGER PRIMARY KEY,
    -- Days since 1970-01-01 UTC: the last whole day that was over.
    day        INTEGER NOT NULL,
    made_ms    INTEGER NOT NULL,
    -- Newest row of the log and its head.
    row        INTEGER NOT NULL,
    head       BLOB    NOT NULL,
    -- Newest change and its head.
    change     INTEGER NOT NULL,
    change_head BLOB   NOT NULL,
    -- SHA-256 of the seal before.
    previous   BLOB    NOT NULL,
    -- Ed25519.
    public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
    signature  BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

-- What the door last repeated of the log: looked at once.
ALTER TABLE door_status ADD COLUMN log_row  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE door_status ADD COLUMN log_link BLOB;
