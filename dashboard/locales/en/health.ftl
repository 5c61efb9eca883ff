# How long taps and changes take.
nav-health = Health
health-title = How quick the site is
health-behind =
    { $count ->
        [0] Every change is in force at every door.
        [one] { $count } door does not have everything yet that was changed.
       *[other] { $count } doors do not have everything yet that was changed.
    }
health-behind-away =
    { $count ->
        [one] { $count } of them is not connected: it goes on deciding by what it has.
       *[other] { $count } of them are not connected: they go on deciding by what they have.
    }
health-behind-since = The longest has been without it since { $since }.
health-behind-look = Look at these doors
health-figures = As it happens
health-figures-caption = How long it takes, counted by classes: “≤ 20 ms” means that so large a part took at most 20 milliseconds.
health-what = What
health-within = In
health-p50 = Half
health-p95 = 95 %
health-p99 = 99 %
health-count = Count
health-since = Since
health-measure-tap = Tap to decision
health-measure-change = Change to door
health-measure-revoke = Block to door
health-measure-late = Change to a door that was away
health-window-hour = last hour
health-window-day = last day
health-about-tap = From the look in which a card answered until the door granted or denied it. Doors tell it themselves, at most once a minute. What they decided while they were away counts when they are back.
health-about-change = From a change on the dashboard, by import or from the command line until a door’s status says that it is in force. One for each door that it touches and that was connected all the while.
health-about-revoke = The same of changes that block a card at a door or take it off the door’s list.
health-about-late = Changes to doors that were away when they were made, or before they arrived. They are in no other figure. What was changed while the controller did not run counts from the door’s connection.
health-nothing = –
health-not-told = not told
health-at-most-ms = ≤ { $ms } ms
health-at-most-s = ≤ { $s } s
health-above-s = > { $s } s
health-doors = Slowest doors
health-doors-caption = Doors in the last day, those that wait for a change first, then the slowest. “Not told” means that the door’s agent is older and does not tell how long taps take.
health-taps = Taps
health-tap-p50 = Tap, half
health-tap-p99 = Tap, 99 %
health-change-p99 = Change, 99 %
health-revoke-p99 = Block, 99 %
health-late = Came late
health-waiting = Waits since
health-more =
    { $count ->
        [one] { $count } quicker door is not listed.
       *[other] { $count } quicker doors are not listed.
    }
health-nobody-counts = The controller has not answered, so there are no figures now. Reload the page in a moment. Doors decide all the same.
