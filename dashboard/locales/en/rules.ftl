nav-rules = Rules

rules-nav = Pages about rules
rules-title = Rules
rules-intro = Who may pass where and when. A rule joins a group of people, an area of doors and a schedule. A rule that keeps out overrides every rule that lets in.
rules-caption = Groups down, areas across; in each cell the rules of that group in that area
rules-count = Rules
rules-naming-this = Rules that name this
rules-not-all = There are more rules than are shown here.
rules-empty = No rules to show: there must be a group and an area.
rules-first = To the first page
rules-more-groups = More groups
rules-more-areas = More areas
rules-person = Person
rules-person-hint = Groups that somebody of this name is in, by name or by rule.
no-rules = No rules.
cell-more = and more

column-name = Name
add = Add
name-save = Save
rename = Rename
remove = Remove
remove-now = Remove now
remove-used = A rule names this, so it cannot be removed.

effect-allow = Lets in
effect-deny = Keeps out
effect-exempt = Passes in a lockdown

rule-title = Rule
rule-add = Add a rule
rule-change = A rule becomes another
rule-remove = A rule is removed
rule-remove-look = Remove this rule …
rule-effect = Effect
rule-group = Group
rule-area = Area
rule-schedule = Schedule
rule-window = In force
rule-note = Note
rule-deny-hint = A rule that keeps out overrides every rule that lets in.

groups-title = Groups
groups-intro = Groups of people: by name, or by unit, title and kind of card.
group-title = Group { $group }
group-add = Add a group
group-change = A group gets other members
group-remove-confirm = The group and its list of members are removed. No rule names it, so nobody loses a door.
group-members = Members by name
group-members-count = By name
group-members-caption =
    { $count ->
        [one] { $count } member by name
       *[other] { $count } members by name
    }
group-no-members = No members by name.
group-member = Person
group-member-add = Add a member
group-matches = Members by rule
group-matches-count = By rule
group-matches-about = Whoever fits one of these lines is a member as long as it fits. All that a line says must hold.
group-no-matches = No members by rule.
group-match-add = Add members by rule
group-match-unit = Unit
group-match-title = Title
group-match-kind = Kind of card
no-groups = No groups.
match-unit = unit { $unit }
match-title = title { $title }
match-kind = card: { $kind }

areas-title = Areas
areas-intro = Areas are sets of doors that rules speak of. A door may be in several.
area-title = Area { $area }
area-add = Add an area
area-change = An area gets other doors
area-remove-confirm = The area is removed; its doors stay. No rule names it, so nobody loses a door.
area-doors = Doors
area-doors-count = Doors
area-doors-of =
    { $count ->
        [one] { $count } door in this area
       *[other] { $count } doors in this area
    }
area-doors-choose = Doors in this area
area-doors-hint = Only the doors shown here change; the others stay as they are.
area-door-search = Name of a door
no-areas = No areas.

schedules-title = Schedules
schedules-intro = Hours of the week, by the clock on the site’s wall. A window belongs to the day on which it begins and may end on the next.
schedule-always = Always
schedule-title = Schedule { $schedule }
schedule-add = Add a schedule
schedule-change = A schedule gets other hours
schedule-remove-confirm = The schedule is removed. No rule names it, so nobody loses a door.
schedule-now = Now
schedule-week = Week from Monday
schedule-holds = Holds now
schedule-holds-not = Does not hold now
schedule-zone = By the clock of { $zone }
schedule-this-week = What it means this week
schedule-set-up = As it is set up
schedule-edit = Hours
schedule-days = Hours of the week
schedule-hours-hint = For example 07:00-12:00, 13:00-16:30, 22:00-06:00. An end that is earlier than its beginning is on the next day. Leave a day empty if nothing begins on it.
schedule-others = Other days
schedule-holiday = Holiday
schedule-holiday-hours = Own hours on holidays
schedule-exception = Exception
schedule-exceptions = Single dates
schedule-exceptions-hint = One a line: 2026-12-24 08:00-12:00, or the date alone for a day without hours. These come before holidays and weekdays.
no-schedules = No schedules.
holiday-plan-as-weekday = As its day of the week
holiday-plan-closed = No hours
holiday-plan-own = Own hours
holiday-own = Own day
hours-where = { $day }, window { $number } “{ $text }”

week-day = Day
week-picture = Drawn
week-hours = Hours
week-today = today
week-closed = No hours
week-from-before = until { $until } from the day before
week-holiday = Holiday: { $name }

weekday-monday = Monday
weekday-tuesday = Tuesday
weekday-wednesday = Wednesday
weekday-thursday = Thursday
weekday-friday = Friday
weekday-saturday = Saturday
weekday-sunday = Sunday
weekday-holiday_hours = Holiday

holidays-title = Holidays
holidays-intro = On these days schedules follow their plan for holidays. Finland’s public holidays are computed; a site may switch any of them off and add days of its own.
holidays-caption = Days that are or could be holidays
holidays-change = Other holidays
holidays-years = Other years
holidays-zone = The site’s zone
holidays-other-zone = Doors keep the time of { $doors }, but these pages show { $pages }.
holiday-weekday = Weekday
holiday-date = Date
holiday-is = Holiday
holiday-on = Holiday
holiday-from = Where from
holiday-computed = Computed
holiday-changed = Set by the site
holiday-add = Add dates
holiday-add-hint = For example 2026-12-24, 2026-12-31
holiday-set = Computed holidays
holiday-set-none = None
holiday-set-finland = Finland
no-holidays = No holidays in this year.
holiday-new-years-day = New Year’s Day
holiday-epiphany = Epiphany
holiday-good-friday = Good Friday
holiday-easter-sunday = Easter Sunday
holiday-easter-monday = Easter Monday
holiday-may-day = May Day
holiday-ascension-day = Ascension Day
holiday-whit-sunday = Whit Sunday
holiday-midsummer-eve = Midsummer Eve
holiday-midsummer-day = Midsummer Day
holiday-all-saints-day = All Saints’ Day
holiday-independence-day = Independence Day
holiday-christmas-eve = Christmas Eve
holiday-christmas-day = Christmas Day
holiday-st-stephens-day = St Stephen’s Day

preview-title = Before it is saved
preview-look = See what changes …
preview-about = Nothing has been saved yet. Doors count for those who could pass at some time; blocks of cards are looked past.
preview-changed = Nothing was saved: something else at the site has changed meanwhile. This is what your change would do now.
preview-nothing = Nobody gains or loses a door by this.
preview-gains =
    { $count ->
        [0] Nobody gains a door
        [one] { $count } permission gained: a person at a door
       *[other] { $count } permissions gained: so many times a person at a door
    }
preview-gains-caption = Who gains which door
preview-loses =
    { $count ->
        [0] Nobody loses a door
        [one] { $count } permission lost: a person at a door
       *[other] { $count } permissions lost: so many times a person at a door
    }
preview-loses-caption = Who loses which door
preview-others =
    { $count ->
        [0] Nobody gets other hours
        [one] { $count } permission at other hours
       *[other] { $count } permissions at other hours
    }
preview-others-caption = Who may pass which door at other hours
preview-hidden =
    { $count ->
        [one] and { $count } more
       *[other] and { $count } more
    }
preview-calendars =
    { $count ->
        [one] { $count } door gets other hours or holidays.
       *[other] { $count } doors get other hours or holidays.
    }
preview-save = Save this change
preview-cancel = Cancel

done-group-added = The group was added.
done-group-changed = The group was changed.
done-group-removed = The group was removed.
done-area-added = The area was added.
done-area-changed = The area was changed.
done-area-removed = The area was removed.
done-schedule-added = The schedule was added.
done-schedule-changed = The schedule was changed.
done-schedule-removed = The schedule was removed.
done-holidays-changed = The holidays were changed.
done-rule-added = The rule was added.
done-rule-changed = The rule was changed.
done-rule-removed = The rule was removed.

problem-window-shape = { $what }: write windows such as 07:00-12:00, with commas between them.
problem-window-clock = { $what }: there is no such time. Times go from 00:00 to 24:00.
problem-window-empty = { $what }: it begins and ends at the same time. For the whole day write 00:00-24:00.
problem-window-overlaps = { $what }: it begins before the window before it has ended. Make one window of the two.
problem-windows-too-many = { $what }: a day has at most eight windows.
problem-not-a-schedule = These hours cannot be used together.
problem-date-shape = “{ $what }” is not a date. Write it as 2026-12-24.
problem-date-twice = { $what } is listed twice.
problem-not-a-year = There are pages for the years 1900 to 2199.
problem-unknown-zone = This zone is not known.
problem-unknown-group = There is no such group.
problem-unknown-area = There is no such area.
problem-unknown-schedule = There is no such schedule.
problem-used-by-rule = A rule names this. Remove the rule first.
problem-locked-down = This area is locked down. Lift the lockdown first.
problem-too-many-at-door = A door of this area would need more schedules than it can hold.
problem-no-match = Enter a unit, a title or a kind of card.
problem-is-encoder = This is an encoder, not a door.
problem-not-holidays = These holidays cannot be used.

change-group-add = Group added
change-group-rename = Group renamed
change-group-remove = Group removed
change-group-member = Member of a group set
change-group-member-remove = Member of a group removed
change-group-match = Members by rule set
change-area-add = Area added
change-area-rename = Area renamed
change-area-doors = Doors of an area set
change-area-remove = Area removed
change-schedule-add = Schedule added
change-schedule-change = Schedule changed
change-schedule-remove = Schedule removed
change-calendar-set = Zone and holidays set
change-rule-add = Rule added
change-rule-change = Rule changed
change-rule-remove = Rule removed
