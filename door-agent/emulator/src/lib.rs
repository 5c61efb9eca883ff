//! An MFRC522 and virtual MIFARE Classic 1K cards behind embedded-hal.
