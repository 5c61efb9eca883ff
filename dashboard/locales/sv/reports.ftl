nav-inside = Inne
nav-reports = Rapporter
reports-title = Rapporter
reports-nav = Rapporter
report-title-taps = Kortvisningar
report-title-denials = Nekanden
report-title-holds = Passagerätter
report-title-unused = Oanvända rätter
report-title-doors = Oanvända dörrar
report-title-unreturned = Ej återlämnade
report-about-taps = Hur ofta kort släpptes in och nekades, per timme och dörr. Filen har varje timme av varje dag.
report-about-denials = Varför kort nekades, den vanligaste orsaken först. Filen har varje orsak per dörr.
report-about-holds = Vilka dörrar var och en får passera någon gång, enligt alla regler och undantag tillsammans. Spärrar på kort beaktas inte: ett kort som är pausat i dag ger samma dörrar igen i morgon. Filen har en rad för varje person och dörr.
report-about-unused = Dörrar som någon får passera och redan fick passera när tiden började, men inte har släppts in genom sedan dess.
report-about-doors = När någon senast släpptes in genom varje dörr, den längst oanvända först.
report-about-unreturned = Kort vars tid är över och som inte har kommit tillbaka till servicepunkten, de som senast upphörde först. Ett förlorat eller stulet kort väntas inte tillbaka.
report-granted = Insläppta
report-denied = Nekade
report-count = Antal
report-hour = Timme
report-by-hour = Efter tid på dygnet
report-by-door = Per dörr
report-by-reason = Efter orsak
report-taps-chart = Kortvisningar efter tid på dygnet
report-taps-note = Insläppta: { $granted }. Nekade: { $denied }. Den livligaste timmen börjar klockan { $hour }.
report-denials-note =
    { $count ->
        [one] En kortvisning nekades.
       *[other] { $count } kortvisningar nekades.
    }
report-denials-several = En kortvisning som nekades av flera orsaker räknas för var och en av dem.
report-holds-caption = Personer och dörrarna de får passera
report-person = Person
report-person-number = Personens nummer
report-last = Senast insläppt
report-cards = Kort
report-cards-used = Kort sedan dess
report-doors = Dörrar
report-doors-caption = Dörrar efter senaste användning
report-doors-note =
    { $count ->
        [one] Genom en dörr släpptes ingen in under den här tiden.
       *[other] Genom { $count } dörrar släpptes ingen in under den här tiden.
    }
report-unreturned-caption = Kort som borde ha kommit tillbaka
report-unreturned-note =
    { $count ->
        [one] Ett kort har inte kommit tillbaka.
       *[other] { $count } kort har inte kommit tillbaka.
    }
report-over = Vad som upphörde
report-cut = Det finns fler än vad som visas här.
report-month = Högst en månad.
report-days = Inte använt på, dagar
report-days-hint = 1–1830. Så långt tillbaka som loggen sparas.
report-nothing = Det finns inget att visa.
report-file = Kalkylbladsfil (CSV)
over-card = kortets giltighet
over-holding = tiden som det lämnats ut för
over-employment = anställningen
who-title = Vilka är inne
who-about = Så långt dörrarna har berättat: vem som gått in genom en läsare och inte ut, och vem som släppts in genom en dörr som inte berättar om utgång.
who-within = Hur långt tillbaka
who-within-12h = 12 timmar
who-within-24h = 24 timmar
who-within-week = En vecka
who-within-all = Alla
who-total = Sammanlagt
who-somewhere = Insläppta på annat håll
who-cut = Det finns fler kort än den här listan kan gå igenom. Någon kan saknas.
who-earlier =
    { $count ->
        [one] Ett kort gick in före den här tiden och har inte gått ut så vitt dörrarna berättat. Det finns inte i listan.
       *[other] { $count } kort gick in före den här tiden och har inte gått ut så vitt dörrarna berättat. De finns inte i listan.
    }
who-silent = Ingen dörr har någonsin berättat att någon gått ut härifrån, så alla som gått in finns i listan: { $areas }.
who-left =
    { $count ->
        [one] En person har lämnat ett område under den här tiden, har inte släppts in någonstans sedan dess och finns inte i listan.
       *[other] { $count } personer har lämnat ett område under den här tiden, har inte släppts in någonstans sedan dess och finns inte i listan.
    }
who-card = Kort { $card }
evacuation-open = Utrymningslista
evacuation-title = Utrymningslista
evacuation-total =
    { $count ->
        [one] En person är inne.
       *[other] { $count } personer är inne.
    }
evacuation-print = Skriv ut sidan eller spara filen: båda fungerar utan nätverk.
evacuation-seen = Senast insläppt
evacuation-found = Hittad
review-title = Granskning av rätter
review-about = Någon ser på vad en grupp eller en person får och bekräftar att det fortfarande behövs. En bekräftelse ändrar ingenting vid någon dörr; den säger vem som har granskat, när, och hur länge det gäller.
review-of = Vems rätter
review-groups-due = Grupper som ska granskas
review-people-due = Personer som ska granskas
review-people-hint = Personer vars rätter har bekräftats en och en. Börja på någons sida:
review-state = Läge
review-last = Bekräftat
review-again = Granskas igen
review-days-title = Hur ofta
review-days = Rätter granskas igen efter, dagar
review-days-hint = 7–730. Gäller bekräftelser från och med nu.
review-days-save = Spara
review-one = Granskning av rätter: { $name }
review-matches = Medlemmar genom anställning eller kort
review-matches-hint = De kommer och går med registret; det som bekräftas är själva villkoret.
review-sign = Bekräfta
review-note = Anteckning
review-confirm = Jag har sett på det som visas här, och det behövs fortfarande.
review-button = Bekräfta dessa rätter
review-history = Bekräftelser
review-members = Namngivna medlemmar, och när de senast använde det som gruppen ger
review-doors = Dörrar som personen får passera någon gång
review-gives-nothing = Ingen regel gäller den här gruppen
review-never = Aldrig bekräftat
review-changed = Ändrat sedan det bekräftades
review-due = Ska granskas
review-good = Bekräftat
review-said = { $operator }, { $at }
log-group = Grupp { $number }
review-link = Granska rätter
done-review-signed = Rätterna bekräftades.
done-review-days-set = Tiden angavs.
change-review-group = En grupps rätter bekräftade
change-review-person = En persons rätter bekräftade
change-review-days = Tid mellan granskningar angiven
problem-longer-than-31-days = Perioden får vara högst 31 dagar.
problem-changed-since = Det du bekräftade har ändrats under tiden. Nedan ser du hur det är nu: granska det och bekräfta igen.
problem-review-unconfirmed = Kryssa i rutan för att säga att du har granskat.
