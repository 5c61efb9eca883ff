# Vad en sparad anställning, en rättighet eller ett kort gjorde med en persons dörrar.
gained-title = Vad detta gjorde med personens dörrar
gained-gives =
    { $count ->
        [one] { $count } dörr tillkommer
       *[other] { $count } dörrar tillkommer
    }
gained-takes =
    { $count ->
        [one] { $count } dörr försvinner
       *[other] { $count } dörrar försvinner
    }
gained-others =
    { $count ->
        [one] { $count } dörr passeras andra tider än förut
       *[other] { $count } dörrar passeras andra tider än förut
    }
gained-nothing = Ingen dörr tillkommer och ingen försvinner.
gained-hint = Från och med nu, vilken tid som helst, och oavsett om kortet är spärrat.
