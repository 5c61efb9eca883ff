# What an employment, a right or a card that was saved made of a person's doors.
gained-title = What this made of the person's doors
gained-gives =
    { $count ->
        [one] { $count } door is gained
       *[other] { $count } doors are gained
    }
gained-takes =
    { $count ->
        [one] { $count } door is lost
       *[other] { $count } doors are lost
    }
gained-others =
    { $count ->
        [one] { $count } door is passed at other times than before
       *[other] { $count } doors are passed at other times than before
    }
gained-nothing = No door is gained, and none is lost.
gained-hint = From now on, at any time to come, and whether a card is blocked or not.
