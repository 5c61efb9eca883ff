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
last-events-title = Latest events
last-events-caption = The latest events at all doors, newest first
all-events = All events

events-title = Events
no-events = No events.
filter-reason = Reason of a denial
filter-person = Person
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
card-doors = Listed doors
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
block-inactive = Not used for long
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
signal-ends-soon = green; the card ends soon
signal-denied-for-good = red; see security
signal-try-again = try again
signal-second-card = one card more
signal-busy = hold the card still
signal-held-warning = close the door
signal-idle-unlocked = the door is unlocked
signal-idle-locked-down = locked down
signal-idle-offline = no connection
signal-idle-out-of-order = out of order
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
change-door-enrol = One-time code for a door made
change-door-enrolled = Door enrolled
change-door-certificate = Door’s certificate renewed
change-door-revoke = Door’s identity revoked
change-certificates-adopt = Certificates known again after a restore
change-operator-add = Operator added
change-operator-password = Operator’s password set
change-token-add = Token added
change-token-revoke = Token revoked
