# Hur lång tid kortläsningar och ändringar tar.
nav-health = Driftläge
health-title = Hur snabbt systemet är
health-behind =
    { $count ->
        [0] Alla ändringar gäller vid alla dörrar.
        [one] { $count } dörr har ännu inte allt som har ändrats.
       *[other] { $count } dörrar har ännu inte allt som har ändrats.
    }
health-behind-away =
    { $count ->
        [one] { $count } av dem saknar förbindelse: den beslutar vidare efter det som den vet.
       *[other] { $count } av dem saknar förbindelse: de beslutar vidare efter det som de vet.
    }
health-behind-since = Den som har väntat längst har saknat ändringen sedan { $since }.
health-behind-look = Visa dessa dörrar
health-figures = Just nu
health-figures-caption = Hur lång tid det tar, räknat i klasser: ”≤ 20 ms” betyder att så stor del tog högst 20 millisekunder.
health-what = Vad
health-within = Tid
health-p50 = Hälften
health-p95 = 95 %
health-p99 = 99 %
health-count = Antal
health-since = Sedan
health-measure-tap = Från visat kort till beslut
health-measure-change = Från ändring till dörr
health-measure-revoke = Från spärrning till dörr
health-measure-late = Från ändring till en dörr som var utan förbindelse
health-window-hour = senaste timmen
health-window-day = senaste dygnet
health-about-tap = Från det att ett kort svarade läsaren tills dörren beviljade eller nekade. Dörrarna berättar det själva, högst en gång i minuten. Det som de beslutade utan förbindelse räknas när de är tillbaka.
health-about-change = Från en ändring på sidorna, genom import eller från kommandoraden tills dörrens status säger att den gäller. En för varje dörr som den berör och som hade förbindelse hela tiden.
health-about-revoke = Detsamma för ändringar som spärrar ett kort vid dörren eller tar bort det från dörrens lista.
health-about-late = Ändringar till dörrar som var utan förbindelse när de gjordes eller innan de kom fram. De ingår inte i någon annan siffra. Det som ändrades medan styrenheten stod stilla räknas från dörrens anslutning.
health-nothing = –
health-not-told = inte berättat
health-at-most-ms = ≤ { $ms } ms
health-at-most-s = ≤ { $s } s
health-above-s = > { $s } s
health-doors = Långsammaste dörrarna
health-doors-caption = Dörrar under det senaste dygnet: först de som väntar på en ändring, sedan de långsammaste. ”Inte berättat” betyder att dörrens program är äldre och inte berättar hur lång tid kortläsningen tar.
health-taps = Visade kort
health-tap-p50 = Kort, hälften
health-tap-p99 = Kort, 99 %
health-change-p99 = Ändring, 99 %
health-revoke-p99 = Spärr, 99 %
health-late = Kom sent
health-waiting = Väntar sedan
health-more =
    { $count ->
        [one] { $count } snabbare dörr finns inte i listan.
       *[other] { $count } snabbare dörrar finns inte i listan.
    }
health-nobody-counts = Styrenheten svarade inte, så just nu finns inga siffror. Ladda om sidan om en stund. Dörrarna beslutar ändå.
