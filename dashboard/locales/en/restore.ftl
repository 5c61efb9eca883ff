restore-title = Restored from a backup
restore-banner = Restored from a backup: nothing is sent to doors, neither blocks nor lockdowns.
restore-banner-held =
    { $count ->
        [one] One door is left alone since a backup was restored.
       *[other] { $count } doors are left alone since a backup was restored.
    }
restore-banner-look = Look and decide
restore-banner-label = Restored from a backup
restore-waits = Nothing is sent to doors until you decide.
restore-waits-about = Doors go on with what they have. They may know of blocks, changes and lockdowns that were made after the backup. Each connected door tells what it knows within a minute or so; events that are missing here come back by themselves as far as doors still hold them.
restore-held =
    { $count ->
        [one] One door has not told yet. It is left alone until it has, and then treated as was decided.
       *[other] { $count } doors have not told yet. They are left alone until they have, and then treated as was decided.
    }
restore-over = This is settled: all doors follow the site again.
restore-never = No backup has been restored here.
restore-at = Restored
restore-made = Backup made
restore-made-unknown = The file does not say
restore-decision = Decided
restore-decided-keep-out = Keep out whom doors keep out
restore-decided-accept = The backup is right
restore-known = What doors know that the backup does not
restore-concern = What differs
restore-concern-blocked = Kept out at doors, not here
restore-concern-unlisted = Taken off doors, still listed here
restore-concern-only-there = Passes at doors, not listed here
restore-concern-unblocked = Kept out here, not at doors any more
restore-short-blocked = Kept out there
restore-short-unlisted = Taken off there
restore-short-only-there = Passes there
restore-short-unblocked = Kept out here
restore-cards =
    { $count ->
        [one] one card
       *[other] { $count } cards
    }
restore-cards-caption = Cards about which doors newer than the backup differ
restore-card = Card
restore-there = At doors
restore-here = Here
restore-doors = Doors
restore-not-listed = Not listed
restore-passes = Passes
restore-unknown = Unknown
restore-nothing = Nothing in its way
restore-more = Only the first cards are shown. The numbers above count all.
restore-not-told = Doors do not tell of validities and schedules. What was cut short after the backup, and operators, tokens and rules that were changed, have to be looked at here.
restore-doors-caption = Doors, and how far they have told
restore-door = Door
restore-state = State
restore-knows = What it knows
restore-newer = List newer than the backup
restore-locked-down = locked down
restore-door-follows = Follows the site
restore-door-told = Has told
restore-door-tells = Tells
restore-door-away = Away, has not told
restore-decide = Decide
restore-untold =
    { $count ->
        [one] One door has not told yet. Wait for it if you can; otherwise it is left alone until it has told.
       *[other] { $count } doors have not told yet. Wait for them if you can; otherwise they are left alone until they have told.
    }
restore-keep-out-about = Cards that doors keep out are blocked or paused here, doors that are locked down stay so, and then doors follow the site again. Cards that were kept out by mistake can be taken into use one by one. Cards that only doors know stop opening: add them again first.
restore-keep-out = Keep out whom doors keep out
restore-reason = Why
restore-reason-usual = A backup was restored
restore-accept = Take the backup as it is
restore-accept-about = All doors get what the backup says. A card that was blocked after the backup opens doors again, and lockdowns end.
restore-accept-button = Let doors follow the backup
done-restore-decided = Decided. Doors follow the site again as they have told.
problem-not-restored = No backup has been restored here.
problem-is-decided = This is decided already.
change-restore = Restored from a backup
change-restore-keep-out = After a restore: kept out whom doors keep out
change-restore-accept = After a restore: took the backup as it is
change-restore-door = After a restore: a door told later
