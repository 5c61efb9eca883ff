# What changed, who was faster, and many at once.

audit-what = Thing
audit-which = Which
audit-field = Field
audit-before = Before
audit-after = After
audit-changed = What changed
audit-nothing = Nothing that is kept by versions became another by this.
audit-more =
    { $count ->
        [one] { $count } more row is not shown here.
       *[other] { $count } more rows are not shown here.
    }
audit-all = Show everything
audit-csv = Download as a table (CSV)
audit-door = Id of the door
audit-added = added
audit-removed = removed
audit-became = became
audit-yes = yes
audit-no = no
audit-seconds = { $number } s
audit-milliseconds = { $number } ms
meanwhile-title = Somebody else has changed this meanwhile
meanwhile-about = Nothing was saved: since you opened the form, somebody else has changed the same thing. Compare both and decide.
meanwhile-theirs = What was changed meanwhile
meanwhile-mine = What you entered
meanwhile-look = Drop mine and look at it as it is now
meanwhile-go-on = Go on with mine
bulk-title = Many at once
bulk-about = Choose people or cards in their lists, or paste their numbers here:
bulk-whom = Who is chosen
bulk-result = What happens
bulk-will = is changed
bulk-left-out = is left out
bulk-hidden =
    { $count ->
        [one] { $count } more is not shown.
       *[other] { $count } more are not shown.
    }
bulk-unknown = Nobody has these numbers; nothing will be done about them:
bulk-group = Groups
bulk-group-which = Group
bulk-cards = Cards
bulk-cards-about = Of people, the cards that they hold are meant.
bulk-end-hint = Left empty: for as long as a card of its kind may be valid.
bulk-suspend-cause = Cause of the pause
bulk-resume-cause = Why the pause ends
bulk-csv = Download those chosen as a table (CSV)
bulk-kind = The numbers are of
bulk-kind-people = People (their id in the register)
bulk-kind-cards = Cards (their number)
bulk-numbers = Paste a list of numbers
bulk-numbers-hint = One a line, or with commas or semicolons between them. At most 5,000.
bulk-next = Continue
bulk-latest = Done lately
bulk-none = Nothing yet.
bulk-undone-by = Taken back by change
bulk-act-add-to-group = Add to a group
bulk-act-remove-from-group = Remove from a group
bulk-act-set-end = Set the end of validity
bulk-act-suspend = Pause cards
bulk-act-resume = End the pause of cards
bulk-chosen =
    { $count ->
        [one] { $count } chosen
       *[other] { $count } chosen
    }
bulk-becomes =
    { $count ->
        [one] { $count } will be changed.
       *[other] { $count } will be changed.
    }
bulk-left-out-count =
    { $count ->
        [one] { $count } is left out.
       *[other] { $count } are left out.
    }
bulk-cards-preview = A paused card opens nothing, whatever the rules say: the lists of doors below speak of rules and validity only.
bulk-do = Do it
bulk-became =
    { $count ->
        [one] { $count } was changed.
       *[other] { $count } were changed.
    }
bulk-unchanged =
    { $count ->
        [one] { $count } has not been changed since and can be taken back.
       *[other] { $count } have not been changed since and can be taken back.
    }
bulk-undo = Take it back
bulk-all-here = Choose all on this page
bulk-choose = Choose
bulk-choose-one = Choose { $name }
bulk-all-matching = All that match the search, on other pages too
bulk-with-chosen = With those chosen …
done-bulk-done = It is done.
done-bulk-nothing = Nothing was to be done.
done-bulk-undone = It was taken back.
change-bulk-add-to-group = Many added to a group
change-bulk-remove-from-group = Many removed from a group
change-bulk-set-end = End of validity of many cards set
change-bulk-suspend = Many cards paused
change-bulk-resume = Pause of many cards ended
change-bulk-undo = What was done to many taken back
problem-one-thing-only = Ask for one thing at a time.
problem-nobody = Nobody holds this card.
problem-no-member = Not a member by name.
problem-holds-no-card = Holds no card.
problem-is-undone = This was taken back already.
problem-changed-meanwhile = It has been changed meanwhile.

told-card_state = Card
told-holding = Holding of a card
told-card_credential = Credential on a card
told-card_certificate = Certificate of a card
told-listing = Card at a door
told-employment = Employment
told-right_to_practise = Right to practise
told-person_comfort = Time at doors
told-group_state = Group
told-group_member = Member of a group
told-group_match = Members by rule
told-area_state = Area
told-area_door = Door of an area
told-area_passback = Rule against passing back
told-schedule_state = Schedule
told-calendar_state = Zone and holidays
told-rule_state = Rule
told-door_setting = Set-up of a door
told-mode_order = Order to a door
told-lockdown = Lockdown
told-signal_state = Signals at doors
told-inactivity_state = Suspension of unused cards
told-alarm = Alarm
told-review = Review of rights
told-review_state = Interval of reviews
told-retention_state = Retention
told-legal_hold = Legal hold

field-uid = Card
field-life = Life
field-cause = Cause
field-blocks = Blocks
field-from_s = From
field-until_s = Until
field-person = Person
field-as_kind = Stands in for
field-sector = Sector
field-key_version = Version of the masters
field-credential = Credential
field-issue = Issue
field-state = State
field-chip = Chip
field-serial = Serial number
field-issuer = Issuer (digest)
field-issuer_text = Issuer
field-subject_text = Subject
field-usage = Usage
field-fingerprint = Fingerprint
field-reason = Reason
field-list_number = Number of the list
field-list_scope = Scope of the list
field-door = Door
field-number = Number
field-external_id = Id in the register
field-unit = Unit
field-title = Title
field-profession = Profession
field-source = Source
field-checked_ms = Checked
field-comfort = Comfort
field-grp = Group
field-name = Name
field-kind = Kind of card
field-area = Area
field-hard = Denies
field-within_s = Within
field-forgiven_at = Forgiven at
field-schedule = Schedule
field-holiday = Holidays
field-zone = Zone
field-set = Computed holidays
field-rule = Rule
field-effect = Effect
field-note = Note
field-release_ms = Release
field-reading = Reading
field-held_warning_ms = Warning when held open
field-held_alarm_ms = Alarm when held open
field-long_release_ms = Longer release
field-long_held_warning_ms = Longer until the warning
field-long_held_alarm_ms = Longer until the alarm
field-exit_button = Exit button
field-unlock_schedule = Unlocks on schedule
field-unlock_first_person = After the first person
field-two_person_s = Second person within
field-escort_s = Escort within
field-lockout_denials = Denials until a lockout
field-lockout_within_s = Denials within
field-lockout_for_s = Locked out for
field-leads_into = Leads into
field-leads_out_of = Leads out of
field-age_limit_s = Age limit of the list
field-age_beyond = Beyond the age limit
field-unknown_time = While the time is unknown
field-unlock = Unlocks
field-lifted_reason = Reason for lifting
field-days = Days
field-owner = Owner
field-group = Group
field-from = From
field-until = Until
field-months = Months
field-due_s = Due
field-digest = Digest
field-from_ms = Of events from
field-until_ms = Of events until
field-ends_ms = Ends
field-swept = Taken up again
