nav-lockdown = Lockdown
lockdown-title = Lockdown
lockdown-none = No lockdown is in force.
lockdown-banner =
    { $count ->
        [one] Lockdown in force: { $scopes }
       *[other] { $count } lockdowns in force: { $scopes }
    }
lockdown-banner-more = { $scopes } and more
lockdown-banner-look = Look, or lift it
lockdown-banner-label = Lockdown
lockdown-scope-site = The whole site
lockdown-scope-area = Area { $name }
lockdown-scope-door = Door { $name }
lockdown-since = Since
lockdown-who = Ordered by
lockdown-why = Why
lockdown-until = Until
lockdown-until-lifted = Until somebody lifts it
lockdown-in-force = At the doors
lockdown-at-all =
    { $all ->
        [0] There is no door here
        [one] In force at its only door
       *[other] In force at all { $all } doors
    }
lockdown-at-some = In force at { $current } of { $all } doors
lockdown-missing = Not in force at these doors. Send somebody there:
lockdown-missing-offline = no connection
lockdown-missing-online = connected, has not confirmed
lockdown-missing-more =
    { $count ->
        [one] and { $count } door more
       *[other] and { $count } doors more
    }
lockdown-look-again = Look again
lockdown-lift = Lift this lockdown
lockdown-lift-confirm = Cards decide again as soon as the doors have heard of it. Another lockdown of the same door goes on.
lockdown-lift-reason = Why it is over
lockdown-lift-button = Lift the lockdown
lockdown-start = Start a lockdown
lockdown-start-about = No card passes but those that a rule exempts. Exits stay free. The next page shows what will happen; nothing happens before you have confirmed it there.
lockdown-where = Where
lockdown-areas = Areas
lockdown-doors = Doors
lockdown-all-doors =
    { $count ->
        [one] The whole site ({ $count } door)
       *[other] The whole site ({ $count } doors)
    }
lockdown-reason = Why
lockdown-reason-hint = Stands in the log, with your name.
lockdown-reason-threat = Threat of violence
lockdown-reason-intruder = Intruder in the building
lockdown-reason-request = Asked for by the police
lockdown-reason-drill = Drill
lockdown-until-hint = Empty: until somebody lifts it. Otherwise each door ends it by its own clock.
lockdown-look = See what will happen
lockdown-confirm-title = Start a lockdown: { $scope }?
lockdown-nothing-yet = Nothing has happened yet.
lockdown-will = What will happen
lockdown-will-doors =
    { $count ->
        [0] There is no door here: nothing would be locked.
        [one] { $count } door locks at once, and opens only to the cards named below.
       *[other] { $count } doors lock at once, and open only to the cards named below.
    }
lockdown-will-offline =
    { $count ->
        [one] { $count } of them has no connection and locks only when it is back:
       *[other] { $count } of them have no connection and lock only when they are back:
    }
lockdown-will-exits = Exits stay free: exit buttons, handles and the readers on the inside go on working.
lockdown-will-modes = What a schedule or an operator has unlocked is locked for as long.
lockdown-will-until = Each door ends it by itself: { $until }.
lockdown-will-lifted = It lasts until somebody lifts it.
lockdown-will-reason = Why, as the log will say it: { $reason }
lockdown-pass = Who still passes
lockdown-pass-about = Those whom a rule exempts, where their other rules let them in at all:
lockdown-pass-nobody = Nobody. No rule exempts anybody here.
lockdown-pass-caption = Rules that exempt from this lockdown
lockdown-pass-more = There are more such rules; see the rules.
lockdown-confirm-button =
    { $count ->
        [one] Lock { $count } door down now
       *[other] Lock { $count } doors down now
    }
lockdown-cancel = Leave it
lockdown-past = Lockdowns that are over
lockdown-past-caption = The latest lockdowns that are over, newest first
lockdown-no-past = There has been no lockdown.
lockdown-ended = Ended
lockdown-ended-by = { $at }, { $operator }: { $reason }
lockdown-ended-itself = { $at }, by itself
done-lockdown-started = The lockdown is on its way to the doors. Below stands where it is in force.
done-lockdown-lifted = The lockdown is lifted. Connected doors hear of it at once.
problem-is-lifted = This lockdown is over already.
change-lockdown = Lockdown started
change-lockdown-lift = Lockdown lifted
lockdown-quick = Or straight on, with one of these reasons
problem-gone = This is not there any more.
