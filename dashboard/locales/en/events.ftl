event-granted = Granted
event-denied = Denied
event-exit-pressed = Exit button
event-command-followed = Command followed
event-command-refused = Command refused
event-opened = Opened
event-opened-unreleased = Opened without release
event-closed = Closed
event-journal-slow = Record delayed
event-started = Door started
event-stopped = Door stopped
event-reader-blind = Reader does not answer
event-reader-recovered = Reader answers again
event-whitelist-applied = New whitelist in force
event-state-applied = New settings in force
event-messages-refused = Messages refused

reason-no-whitelist = The door has never had a whitelist.
reason-unknown-card = The card is not listed for this door.
reason-several-cards = More than one card was at the reader.
reason-unsupported-card = This kind of card is not supported.
reason-read-failed = The card could not be read.
reason-credential-unreadable = The credential on the card could not be verified.
reason-card-blocked = The card is blocked.
reason-card-suspended = The card is suspended.
reason-card-retired = The card has been taken out of use.
reason-card-returned = The card has been given back.
reason-card-not-delivered = The card has not been handed over yet.
reason-card-cloned = Two copies of the card have been seen.
reason-blocked-otherwise = The card is blocked for a reason that this door does not know.
reason-card-not-yet-valid = The card is not valid yet.
reason-card-expired = The card has expired.
reason-certificate-not-yet-valid = The certificate is not valid yet.
reason-certificate-expired = The certificate has expired.
reason-certificate-revoked = The certificate has been revoked.
reason-right-to-practise-not-begun = The right to practise has not begun.
reason-right-to-practise-ended = The right to practise has ended.
reason-employment-not-begun = The employment has not begun.
reason-employment-ended = The employment has ended.
reason-holding-not-begun = The card does not belong to its holder yet.
reason-holding-ended = The card does not belong to its holder any more.
reason-no-grant = Nothing lets the card in here.
reason-grant-not-begun = The permission for this door has not begun.
reason-grant-ended = The permission for this door has ended.
reason-outside-schedule = The card may pass here, but not at this hour.
reason-locked-down = The door is locked down.
reason-time-unknown = The door does not know the time, and the card’s validity depends on it.
reason-of-newer-version = Refused for a reason that this version does not know.

action-unlock-once = Unlock once
action-test-signal = Test the signals

refusal-expired = It came too late.
refusal-other-boot = The door has restarted since.
refusal-other-session = The door has reconnected since.
refusal-repeated = It had been done already.

command-requested = waiting to be sent
command-sent = sent, waiting for the door
command-followed = done
command-refused = refused by the door.
command-door-away = the door is not connected; nothing was kept for later
command-expired = the door did not answer in time
command-look = Show the outcome

note-clock-unknown = The door’s clock was not set.
note-chain-broken = Does not fit the door’s chain of records.
note-mifare-mini = MIFARE Mini
note-mifare-4k = MIFARE Classic 4K
note-sak = Card type { $sak }
note-waited = The disk took { $ms } ms.
note-refused =
    { $count ->
        [one] One message
       *[other] { $count } messages
    }

alarm-chain-broken = The door’s chain of records is broken
alarm-chain-fork = The door sent two different records with one number
alarm-chain-gap = Records of the door are missing
alarm-journal-slow = The door’s disk is slow
alarm-messages-refused = The door refused messages
alarm-reader-blind = The reader does not answer
alarm-opened-unreleased = Opened without release
alarm-forged-message = A message did not carry the door’s seal
alarm-wire-version = The door’s program is too old or too new
alarm-replayed-message = A message came a second time

live-on = Live
live-paused = Paused
live-lost = Connection lost. Trying again…
live-ended = The live view has ended. Reload the page.
live-pause = Pause
live-resume = Resume
live-new = New events:
live-denied = Denied:
live-without-script = The list does not move by itself without JavaScript.
