nav-inside = Who is in
nav-reports = Reports
reports-title = Reports
reports-nav = Reports
report-title-taps = Taps
report-title-denials = Denials
report-title-holds = Who holds what
report-title-unused = Unused rights
report-title-doors = Unused doors
report-title-unreturned = Not returned
report-about-taps = How often cards were let in and denied, by hour and by door. The file has every hour of every day.
report-about-denials = Why cards were denied, the most frequent reason first. The file has each reason by door.
report-about-holds = Which doors each person may pass at some time, by all rules and exceptions together. Blocks of cards are looked past: a card that is paused today gives its holder the same doors again tomorrow. The file has a line for each person and door.
report-about-unused = Doors that somebody may pass, could pass already when this time began, and has not been let in at since.
report-about-doors = When anybody was last let in at each door, the longest unused first.
report-about-unreturned = Cards that are over and have not come back to the desk, those that ended last first. A card that is lost or was stolen is not waited for.
report-granted = Let in
report-denied = Denied
report-count = Number
report-hour = Hour
report-by-hour = By hour of the day
report-by-door = By door
report-by-reason = By reason
report-taps-chart = Taps by hour of the day
report-taps-note = Let in: { $granted }. Denied: { $denied }. The busiest hour begins at { $hour }.
report-denials-note =
    { $count ->
        [one] One tap was denied.
       *[other] { $count } taps were denied.
    }
report-denials-several = A tap that was denied for several reasons counts for each of them.
report-holds-caption = People and the doors that they may pass
report-person = Person
report-person-number = Person’s number
report-last = Last let in
report-cards = Cards
report-cards-used = Cards since then
report-doors = Doors
report-doors-caption = Doors by their last use
report-doors-note =
    { $count ->
        [one] At one door nobody was let in during this time.
       *[other] At { $count } doors nobody was let in during this time.
    }
report-unreturned-caption = Cards that should have come back
report-unreturned-note =
    { $count ->
        [one] One card has not come back.
       *[other] { $count } cards have not come back.
    }
report-over = What ended
report-cut = There are more than are shown here.
report-month = A month at most.
report-days = Not used for, in days
report-days-hint = 1 to 1830. As far back as the log is kept.
report-nothing = There is nothing to show.
report-file = Spreadsheet (CSV)
over-card = the card’s validity
over-holding = the time for which it was given
over-employment = the employment
who-title = Who is in
who-about = As far as doors have told: who went in through a reader and not out, and who was let in at a door that does not tell of leaving.
who-within = How far back
who-within-12h = 12 hours
who-within-24h = 24 hours
who-within-week = A week
who-within-all = All
who-total = In all
who-somewhere = Let in elsewhere
who-cut = There are more cards than this list can look at. Somebody may be missing from it.
who-earlier =
    { $count ->
        [one] One card went in before this time and has not left as far as doors have told. It is not listed.
       *[other] { $count } cards went in before this time and have not left as far as doors have told. They are not listed.
    }
who-silent = No door has ever told of anybody leaving here, so whoever went in is listed: { $areas }.
who-left =
    { $count ->
        [one] One person has left an area during this time, was let in nowhere since, and is not listed.
       *[other] { $count } people have left an area during this time, were let in nowhere since, and are not listed.
    }
who-card = Card { $card }
evacuation-open = Evacuation list
evacuation-title = Evacuation list
evacuation-total =
    { $count ->
        [one] One person is in.
       *[other] { $count } people are in.
    }
evacuation-print = Print this page, or keep the file: both work without the network.
evacuation-seen = Last let in
evacuation-found = Found
review-title = Review of rights
review-about = Somebody looks at what a group or a person may, and confirms that it is still needed. A confirmation changes nothing at any door; it says who has looked, when, and until when it is good.
review-of = Whose rights
review-groups-due = Groups that are due
review-people-due = People who are due
review-people-hint = People whose rights were confirmed one by one. Begin with anybody’s page:
review-state = State
review-last = Confirmed
review-again = Look again on
review-days-title = How often
review-days = Rights are due again after, in days
review-days-hint = 7 to 730. Holds for confirmations from now on.
review-days-save = Save
review-one = Review of rights: { $name }
review-matches = Members by employment or card
review-matches-hint = They come and go with the register; what is confirmed is the line itself.
review-sign = Confirm
review-note = Note
review-confirm = I have looked at what is shown here, and it is still needed.
review-button = Confirm these rights
review-history = Confirmations
review-members = Members by name, and when they last used what the group gives
review-doors = Doors that the person may pass at some time
review-gives-nothing = No rule names this group
review-never = Never confirmed
review-changed = Changed since it was confirmed
review-due = Due
review-good = Confirmed
review-said = { $operator }, { $at }
log-group = Group { $number }
review-link = Review rights
done-review-signed = The rights were confirmed.
done-review-days-set = The time was set.
change-review-group = Rights of a group confirmed
change-review-person = Rights of a person confirmed
change-review-days = Time between reviews set
problem-longer-than-31-days = The period may be 31 days long at most.
problem-changed-since = What you confirmed has changed meanwhile. Below is what it is now: look at it and confirm again.
problem-review-unconfirmed = Tick the box to say that you have looked.
