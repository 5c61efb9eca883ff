overview-title = Overview
count-offline =
    { $count ->
        [one] door offline
       *[other] doors offline
    }
count-behind =
    { $count ->
        [one] door behind its wanted generation
       *[other] doors behind their wanted generation
    }
count-alarms =
    { $count ->
        [one] open alarm
       *[other] open alarms
    }
count-denied =
    { $count ->
        [one] denied in the last 24 hours
       *[other] denied in the last 24 hours
    }
alarms-title = Open alarms
alarms-caption = Alarms that nobody has acknowledged yet
no-alarms = No open alarms.
acknowledge = Acknowledge
all-alarms = Alarms with their events
alarms-past = Alarms that somebody has acknowledged, newest first.
alarms-show-past = Show those that were acknowledged
no-past-alarms = No acknowledged alarms.
alarm-acknowledged-by = Acknowledged by { $operator }
alarm-in-log = Show in the log
counter-found = Counter found (and its mark)
counter-written = Counter written (and its mark)
advice-clone-suspected = One card cannot have made both taps. Unless it has been encoded anew since, it is blocked at every door. Find out who held a card at each of the two, take the card in, and hand out another.
advice-credential-damaged = A write that was torn off has faded. Nobody is accused and nothing is blocked: encode the card anew.
advice-no-masters = Doors that ask for a credential admit nobody whose keys cannot be made. Put the credential file back and start the controller anew.
last-events-title = Latest events
last-events-caption = The latest events at all doors, newest first
all-events = All events

events-title = Events
no-events = No events.
filter-reason = Reason of a denial
filter-person = Number of the person
filter-from = From
filter-until = Until
several-hint = Several can be chosen with Ctrl.

cards-title = Cards
cards-search = Card number or holder
no-cards = No cards.
listed-for = Listed for
card-title = Card { $card }
card-heading = Card
card-number = Card number
card-number-hint = 8, 14 or 20 hexadecimal digits, as the reader shows them.
card-kind = Kind
card-holder = Holder
card-held = Held
card-nobody = Nobody
card-state = State
card-validity = Validity
card-doors = Doors
valid-from = Valid from
valid-until = Valid until
state-free = Not blocked
state-blocked = Blocked
card-add = Add a card
card-add-button = Add
kind-professional = Professional card
kind-staff = Staff card
kind-actor = Actor card
kind-backup = Backup card
kind-visitor = Visitor card
block-blocked = Blocked
block-suspended = Paused
block-revoked = Certificate revoked
block-retired = Out of use
block-returned = Given back
block-not-delivered = Not delivered
block-cloned = Copied
block-revocation-unknown = Revocation unknown
block-other = Other block
card-unblock = Remove “{ $block }”
card-unblock-confirm = The card opens its doors again unless something else is in its way.
card-unblock-button = Remove the block
card-doors-title = Doors
card-doors-caption = Doors that the card opens, and when
card-no-doors = The card is not listed for any door.
card-list = List for doors
card-list-doors = Doors
card-list-button = List
card-unlist = Take off the list
card-give-title = Hand out
card-give = Give to a person
card-give-person = Person
card-give-hint = The card then no longer belongs to its earlier holder. Earlier events go on naming that holder.
card-give-button = Give the card
card-events-caption = The card’s latest events, newest first
credential-title = Credential
credential-none = Not encoded
credential-nothing = Nothing has been written to the card: only its number can be read.
credential-caption = What stands, or may stand, on the card
credential-state-active = On the card
credential-state-pending = Begun, and perhaps on the card in part
credential-sector = Sector
credential-version = Key version
credential-issue = Issue
credential-chip = Chip
no-encoder = No encoder is connected, so the card cannot be written now.
encode = Encode at …
encode-confirm = Have this card at hand and lay it on the encoder. A new credential replaces the one that is there.
encode-button = Encode
wipe = Wipe for return
wipe-confirm = The sector becomes as it was delivered. Doors that ask for a credential then refuse the card; block it as given back so that the others do, too.
wipe-button = Wipe
work-encode = Encode
work-encode-elsewhere = Encode into another sector
work-wipe = Wipe
encoding-line = { $work }, { $encoder }: { $state }

people-title = People
people-search = Name or external identifier
no-people = No people.
person-add = Add a person
person-add-button = Add
person-name = Name
person-external-id = External identifier
person-external-id-hint = For example the personnel number. Never a personal identity code.
person-cards = Cards
person-cards-caption = Cards that the person holds, held or will hold
person-give-hint = A card is given to a person on the card’s own page.
person-events-caption = What the person’s cards did while they held them, newest first

log-title = Operator log
log-intro = Everything that operators changed. Each number is also the generation that began with the change.
log-number = Number
log-operator = Operator
log-detail = To what
log-person = Person { $number }
no-changes = No changes.

demo-title = Tap a card
demo-label = This page belongs to the demo. Cards and doors are made up; a real site has no such page.
demo-card = Card
demo-door = Door
demo-tap = Tap the card
demo-released = The lock was released.
demo-locked = The lock stayed locked.
demo-still-released = This card released nothing; the lock is still released from before.
demo-none = Nothing read
demo-none-text = The reader saw nothing. Tap again.
demo-signal = Signal: { $signal }
demo-wrong = The card was not tapped:
signal-granted = green
signal-denied = red
signal-none = none
signal-test = all lamps
demo-reader = Reader: { $ms } ms

change-person-add = Person added
change-card-add = Card added
change-card-give = Card given
change-card-block = Card blocked
change-card-unblock = Block removed
change-card-list = Card listed for a door
change-card-unlist = Card taken off a door’s list
change-card-encode-begin = Encoding of a card begun
change-card-encode = Card encoded
change-card-encode-withdraw = Encoding of a card withdrawn
change-card-wipe = Card wiped
change-import = People and cards imported
change-door-add = Door added
change-encoder-add = Encoder added
change-door-mode = Door’s mode set
change-door-settings = Door set up
change-operator-add = Operator added
change-operator-password = Operator’s password set
change-token-add = Token added
change-token-revoke = Token revoked
