doors-title = Doors
doors-in-force =
    { $all ->
        [one] What is wanted is in force at { $current } of { $all } door.
       *[other] What is wanted is in force at { $current } of { $all } doors.
    }
no-doors = No doors.
door-connection = Connection
door-online = Online
door-offline = Offline
door-mode = Mode
door-reading = Reads
door-in-force = In force
door-last-seen = Last seen
door-backlog = Events not delivered
door-release = Lock released for
door-reader = Reader
door-lock = Lock
door-clock = Clock
door-agent = Program version
door-refused = Messages refused
door-events-caption = The door’s latest events, newest first
door-settings = Change the settings
settings-title = Settings of “{ $door }”
settings-change = What will change
settings-what = Setting
settings-now = Now
settings-then = Then
settings-button = Change the door now
settings-cancel = Leave as it is
settings-wish = Wanted settings
settings-look = Look at the change first
release-seconds = { $seconds } s
release-short = Less than the three seconds that EN 60839-11-1 asks for. Who walks slowly may not reach the handle.
settings-refused = { $bare } of { $all } listed cards have no credential. The door would refuse them until they are encoded.
settings-none-refused =
    { $all ->
        [0] No card is listed.
        [one] The only listed card has a credential.
       *[other] All { $all } listed cards have a credential.
    }
encoders-title = Encoders
encoder = Encoder
encoder-about = An encoder writes cards. It has no lock and no whitelist, and does not count among the doors.
reading-uid-only = Number only (weak)
reading-sector = Number and credential
reading-sector-rolling-lenient = Credential with a counter, opens at once
reading-sector-rolling-strict = Credential with a counter, opens when written
reading-not-encoded = Refused: the card is not encoded
reading-about-uid-only = A telephone can copy a card number. Use this only where a copy does no harm.
reading-about-sector = A copied number is refused. A copy of the whole card still passes, and nobody notices.
reading-about-sector-rolling-lenient = A copy of the whole card is found out when both have been used. The door opens before it has written; a copy may pass a few times.
reading-about-sector-rolling-strict = A copy of the whole card is found out when both have been used. The door opens only when it has written, so cards must be held a little longer.
generation-none = None
generation-behind = { $current }, wanted { $wanted }
reader-answers = Answers
reader-silent = Does not answer
lock-released = Released
lock-locked = Locked
clock-unknown = Not set
clock-kept = Not confirmed
clock-synchronised = Synchronised
clock-offset = { $ms } ms

# How a door is.
doors-filter = Filter the doors
doors-filter-mode = Mode
doors-filter-show = State
doors-show-offline = No connection
doors-show-behind = Behind what is wanted
doors-show-open = Open
doors-show-held = Held open or forced
doors-show-fault = With a fault
doors-shown =
    { $count ->
        [one] { $count } door is shown.
       *[other] { $count } doors are shown.
    }
doors-none-shown = No door is like this.
mode-normal = Normal: cards decide
mode-locked-down = Locked down
mode-unlocked = Unlocked: everybody passes
mode-locked = Kept locked: cards decide
mode-last-told = { $mode } (as last told)
mode-not-yet = { $wanted } – not in force yet. Now: { $mode }
mode-untold = { $mode } – the door has not told yet
door-leaf = Door leaf
door-faults = Faults
faults-none = None
door-journal = Journal full to
door-percent = { $percent } %
door-now = Now
door-taps = Latest taps at this door

# What is ordered for it.
order-title = Ordered by an operator
order-none = Nothing is ordered: the schedule and the cards decide.
order-unlock = Unlocked until { $until }
order-lock = Kept locked until { $until }
order-who = Ordered by
order-who-line = { $operator }, { $at }
order-why = Why
order-what = What
order-in-force = At the door
order-is-in-force = In force
order-beaten = The door has it, and a lockdown beats it
order-not-yet-online = Not yet: the door is connected and has not confirmed
order-not-yet-offline = Not yet: the door has no connection and gets it when it is back
order-set = Unlock, or keep locked, for a time
order-set-what = What
order-choice-unlocked = Unlock: everybody passes without a card
order-choice-locked = Keep locked: cards decide, the schedule does not unlock
order-until = Until
order-until-hint = At most five days. The door ends it by its own clock, also without a connection.
order-reason = Why
order-reason-hint = Stands in the log, with your name. Not sent to the door.
order-set-button = Order it
order-end = End it now
order-end-confirm = The schedule and the cards decide again as soon as the door has heard of it.
order-end-button = End the order
order-lockdown = Locked down
order-lockdown-line = { $scope }, since { $since } ({ $operator }): { $reason }
order-lockdown-start = Lock this door down
problem-too-far = At most five days from now.
problem-past = This time is over.
problem-no-order = There is no order to end.
done-order-set = The order is on its way. Whether the door has it is shown below.
done-order-ended = The order has ended. Whether the door has heard is shown below.

# Commands.
commands-title = Once, now
commands-caption = The latest commands to this door
command-what = Command
command-when = When
command-who = Who
command-why = Why
command-outcome = Outcome
command-line = { $what } ({ $operator }, { $at }): { $outcome }
command-offline = The door has no connection. A command is not kept for it.
door-unlock = Unlock once
door-unlock-confirm = “{ $door }” will be unlocked once, now. Make sure that you know who is waiting there.
door-unlock-button = Unlock now
door-test = Test the signals
door-test-confirm = All lamps and the buzzer of “{ $door }” go on once. Ask somebody at the door what they see and hear.
door-test-button = Test now

# Settings.
settings-nothing-changes = This is how the door is set up already.
settings-off = Off
settings-bounds-seconds = { $least }–{ $most } seconds.
settings-bounds-times = { $least }–{ $most }.
decimal-mark = .
settings-reading = What the reader reads of a card
settings-times = Times
settings-long-times = Times for people who need longer
settings-long-times-about = For whoever has “needs longer” on the page of the person.
door-release-hint = EN 60839-11-1 asks for at least 3.
settings-held-warning = Open too long: warning after
settings-held-warning-hint = The door warns whoever stands there.
settings-held-alarm = Open too long: alarm after
settings-held-alarm-hint = Must be later than the warning.
settings-exit-button = Exit button
settings-exit-button-does = What the button does
exit-button-releases = Releases the lock
exit-button-shunts = Only says that somebody goes out
exit-button-about-releases = Whoever presses it can open the door.
exit-button-about-shunts = The handle opens the lock by itself; the button only keeps the opening from being an alarm.
settings-shunts-warning = The button will no longer release the lock. Make sure that the handle opens this door from inside without power: otherwise people cannot get out.
settings-unlock = Unlocked by a schedule
settings-unlock-about = During these hours the door stands unlocked. A lockdown and an operator’s order beat the schedule.
settings-unlock-schedule = Schedule
settings-unlock-never = Never: cards decide at all hours
settings-unlock-begins = It begins
first-person-in-no = As soon as the hours begin
first-person-in-yes = Only when the first card has been granted in these hours
settings-unlock-warning = The door unlocks when the hours begin, even if nobody has come to work yet.
settings-second-cards = When one card is not enough
settings-second-cards-about = Seconds within which the second card must follow. Left empty, one card is enough. Exits need neither.
settings-two-person = Two persons: second card within
settings-two-person-warning = From now on nobody gets in here alone, not even in an emergency. Exits stay as they are.
settings-escort = Visitor with escort: the other card within
settings-lockout = After repeated denials
settings-lockout-about = The card that was denied so often is locked out, or all unlisted cards together. Another listed card is never refused for it.
settings-lockout-denials = Denials
settings-lockout-within = Within
settings-lockout-for = Locked out for
settings-areas = Areas on both sides
settings-areas-about = For the rule against passing back: a card at the outer reader enters one area and leaves the other.
settings-leads-into = Leads into
settings-leads-out-of = Leads out of
settings-no-area = No area
problem-alarm-before-warning = The alarm must come later than the warning.
problem-same-area = A door cannot lead out of the area that it leads into.
generation-list = List { $generation }
generation-state = State { $generation }
label-seconds = { $label } (seconds)
change-door-order = Door ordered unlocked or locked, or the order ended

# How old a door’s whitelist may become, and what holds while the time is unknown.
door-list-age = Whitelist confirmed
list-age = { $span } ago
list-age-none = Not yet
age-rule = At most { $limit } old. After that: { $then }
age-none = Of any age
span-days = { $n } days
span-hours = { $n } h
span-minutes = { $n } min
span-seconds = { $n } s
age-of-3600 = pharmacy
age-of-86400 = ward
age-of-259200 = outer door
settings-age = Age of the whitelist
settings-age-about = A door that cannot reach the controller decides by the list that it has. A card that was blocked meanwhile still passes. Set here for how long that may be. Way out stays free, whatever the age.
settings-age-limit = Without confirmation at most
settings-age-beyond = After that
age-beyond-goes-on = The door goes on, with an alarm
age-beyond-exempt-only = Only whoever passes a lockdown
age-beyond-denies = Nobody gets in
age-about-goes-on = Nobody is kept out. For doors that people need in any case.
age-about-exempt-only = Whoever a rule lets in during a lockdown still gets in. For wards.
age-about-denies = The door opens to nobody until the connection is back. For what must never open to a blocked card, such as medicines.
age-warning-goes-on = After { $limit } without a connection an alarm tells of it. The door goes on.
age-warning-exempt-only = After { $limit } without a connection only those get in who pass a lockdown. Also right after a power cut, until the door has its connection back. Make sure that there is a rule for the people who must get in.
age-warning-denies = After { $limit } without a connection nobody gets in here. Also right after a power cut, until the door has its connection back. Keep a key for emergencies.
age-none-about = However long the door is without a connection, it goes on with the list that it has, and no alarm tells of it.
settings-unknown-time = While the door does not know the time
settings-unknown-time-about = A door without a battery for its clock does not know the time after a power cut until the network or the controller has told it. What is over stays over. This is about those who may pass at certain hours only.
settings-unknown-time-hours = Whoever may pass at certain hours
unknown-time-denies = Does not pass
unknown-time-allows = Passes as if it were one of them
unknown-time-about-denies = Only whoever may pass at all hours gets in until the door knows the time.
unknown-time-about-allows = Whoever may pass at certain hours gets in at any hour until the door knows the time. Who is kept out at certain hours is kept out.
