# Formats are those of chrono's strftime.
format-instant = %-d %b %Y, %H:%M:%S
format-minute = %-d %b %Y, %H:%M

language-name = English
language-label = Language
skip-to-content = Skip to content

nav-label = Main
nav-overview = Overview
nav-events = Events
nav-alarms = Alarms
nav-cards = Cards
nav-people = People
nav-doors = Doors
nav-log = Operator log
nav-demo = Demo

sign-in-title = Sign in
sign-in-intro = Access control of your site.
sign-in-name = User name
sign-in-password = Password
sign-in-button = Sign in
sign-in-wrong = The user name or the password is wrong.
sign-in-busy = Too many are signing in just now. Try again in a moment.
sign-in-wait =
    { $seconds ->
        [one] Too many wrong passwords. Try again in one second.
       *[other] Too many wrong passwords. Try again in { $seconds } seconds.
    }
sign-out = Sign out

window-always = Always
window-from = From { $from }
window-until = Until { $until }
window-between = { $from } – { $until }
window-from-label = From
window-until-label = Until
zone-hint = Times are those of { $zone }. Leave a time empty if there is no limit.
optional = (optional)
any = Any
never = Never
seconds =
    { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }

search = Search
filter = Filter
filter-apply = Apply
filter-wrong = This filter cannot be used. Please correct it:
filter-clear = Clear
older = Older
newest = Newest
next-page = Next page
pages-label = Pages
reload = Reload
nothing-saved = Nothing was saved. Please correct this:

column-time = Time
column-what = What
column-door = Door
column-who = Who
column-card = Card
column-why = Details
column-when = When
column-action = Action
column-alarm = Alarm
column-since = Since
column-last = Last
column-times = Times

error-status = Status { $status }
error-home = To the overview
error-title-400 = The request could not be understood
error-text-400 = Something in the address or the form is not as it should be. Go back and try again.
error-title-401 = You are not signed in
error-text-401 = Sign in and try again.
error-title-403 = The request came from another site
error-text-403 = For your safety it was not carried out. Open this site directly and try again.
error-title-404 = There is nothing here
error-text-404 = The address is wrong, or what was here is gone.
error-title-405 = That cannot be done here
error-text-405 = The address exists, but it does not take this kind of request.
error-title-413 = That was too much
error-text-413 = What was sent is larger than this site takes.
error-title-415 = This format is not understood
error-text-415 = The form was sent in a format that this site does not read.
error-title-422 = Something in the request does not hold
error-text-422 = A value in the address or the form is not possible. Go back and correct it.
error-title-503 = The site is busy
error-text-503 = Try again in a moment. Doors go on working by themselves.
error-title-other = Something went wrong
error-text-other = It is not your fault, and it has been noted. Doors go on working by themselves.

done-card-added = The card was added.
done-card-given = The card was given.
done-card-unblocked = The block was removed.
done-card-listed = The card was listed for the chosen doors.
done-card-unlisted = The card was taken off the door’s list.
done-person-added = The person was added.
done-alarm-acknowledged = The alarm was acknowledged.
done-door-set = The door was set up. It follows as soon as it is connected.
done-signed-out = You are signed out.

problem-other = This value cannot be used.
problem-empty = Enter a value.
problem-too-long = This is too long.
problem-too-many = These are too many.
problem-hidden-character = This holds a character that cannot be seen. Type it anew instead of pasting it.
problem-out-of-range = This is outside the permitted range.
problem-reversed-window = The end must be after the beginning.
problem-unknown-door = There is no such door.
problem-unknown-person = There is no such person.
problem-unknown-code = Choose one of the values offered.
problem-random-uid = This number changes each time the card is read, so it cannot name a card.
problem-duplicate = This exists already.
problem-not-a-uid = A card number has 8, 14 or 20 hexadecimal digits (0–9, A–F).
problem-not-a-number = Enter a number.
problem-not-a-time = Enter a date and a time.
problem-no-such-hour = The clocks go forward that night, so this time does not exist.
problem-no-door-chosen = Choose at least one door.
problem-unknown-encoder = There is no such encoder.
problem-busy = The encoder has another job. Wait until it has ended.
problem-demo-failed = The door did not take the card. Try again.
