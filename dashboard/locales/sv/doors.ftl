doors-title = Dörrar
doors-in-force =
    { $all ->
        [one] Önskade uppgifter gäller vid { $current } av { $all } dörr.
       *[other] Önskade uppgifter gäller vid { $current } av { $all } dörrar.
    }
no-doors = Inga dörrar.
door-connection = Anslutning
door-online = Ansluten
door-offline = Ej ansluten
door-mode = Driftläge
door-reading = Läser
door-in-force = Gäller
door-last-seen = Senast ansluten
door-backlog = Ej levererade
door-release = Låset frigivet i
door-reader = Läsare
door-lock = Lås
door-clock = Klocka
door-agent = Programversion
door-refused = Avvisade meddelanden
door-events-caption = Dörrens senaste händelser, nyaste först
door-settings = Ändra inställningarna
settings-title = Inställningar: { $door }
settings-change = Vad som ändras
settings-what = Inställning
settings-now = Nu
settings-then = Därefter
settings-button = Ändra dörren nu
settings-cancel = Låt bli
settings-wish = Önskade inställningar
settings-look = Se på ändringen först
release-seconds = { $seconds } s
release-short = Mindre än de tre sekunder som EN 60839-11-1 kräver. Den som går långsamt hinner kanske inte till handtaget.
settings-refused = { $bare } av { $all } kort på listan saknar identifierare. Dörren skulle neka dem tills de har kodats.
settings-none-refused =
    { $all ->
        [0] Inget kort finns på listan.
        [one] Det enda kortet på listan har en identifierare.
       *[other] Alla { $all } kort på listan har en identifierare.
    }
encoders-title = Kodare
encoder = Kodare
encoder-about = En kodare skriver kort. Den har varken lås eller tillträdeslista och räknas inte bland dörrarna.
reading-uid-only = Endast numret (svagt)
reading-sector = Numret och identifieraren
reading-sector-rolling-lenient = Identifierare med räknare, öppnar genast
reading-sector-rolling-strict = Identifierare med räknare, öppnar efter skrivningen
reading-not-encoded = Nekas: kortet är inte kodat
reading-about-uid-only = Ett kortnummer kan kopieras med en telefon. Bara för platser där en kopia inte gör skada.
reading-about-sector = Ett kopierat nummer nekas. En kopia av hela kortet släpps fortfarande in, och ingen märker det.
reading-about-sector-rolling-lenient = En kopia av hela kortet avslöjas när båda har använts. Dörren öppnas före skrivningen; en kopia kan komma in några gånger.
reading-about-sector-rolling-strict = En kopia av hela kortet avslöjas när båda har använts. Dörren öppnas först efter skrivningen, så kortet hålls lite längre.
generation-none = Ingen
generation-behind = { $current }, önskad { $wanted }
reader-answers = Svarar
reader-silent = Svarar inte
lock-released = Frigivet
lock-locked = Låst
clock-unknown = Ej ställd
clock-kept = Ej bekräftad
clock-synchronised = Synkroniserad
clock-offset = { $ms } ms

# Hur en dörr är.
doors-filter = Begränsa dörrarna
doors-filter-mode = Driftläge
doors-filter-show = Läge
doors-show-offline = Ingen anslutning
doors-show-behind = Släpar efter
doors-show-open = Öppna
doors-show-held = Uppställda för länge eller uppbrutna
doors-show-fault = Med fel
doors-shown =
    { $count ->
        [one] { $count } dörr visas.
       *[other] { $count } dörrar visas.
    }
doors-none-shown = Ingen dörr är sådan.
mode-normal = Normalt: kortet avgör
mode-locked-down = Nödlåst
mode-unlocked = Olåst: alla kommer in
mode-locked = Hålls låst: kortet avgör
mode-last-told = { $mode } (senaste uppgift)
mode-not-yet = { $wanted } – gäller inte än. Nu: { $mode }
mode-untold = { $mode } – dörren har inte meddelat än
door-leaf = Dörrblad
door-faults = Fel
faults-none = Inga fel
door-journal = Händelseminnet fyllt till
door-percent = { $percent } %
door-now = Nu
door-taps = Dörrens senaste kortavläsningar

# Vad som är beordrat.
order-title = Operatörens order
order-none = Ingenting är beordrat: schemat och korten avgör.
order-unlock = Olåst till { $until }
order-lock = Hålls låst till { $until }
order-who = Beordrat av
order-who-line = { $operator }, { $at }
order-why = Varför
order-what = Order
order-in-force = Vid dörren
order-is-in-force = Gäller
order-beaten = Dörren har ordern, men nödlåsningen går före
order-not-yet-online = Inte än: dörren är ansluten men har inte bekräftat
order-not-yet-offline = Inte än: dörren saknar anslutning och får ordern när den är tillbaka
order-set = Lås upp, eller håll låst, för en tid
order-set-what = Order
order-choice-unlocked = Lås upp: alla kommer in utan kort
order-choice-locked = Håll låst: kortet avgör, schemat låser inte upp
order-until = Till
order-until-hint = Högst fem dygn. Dörren avslutar ordern enligt sin egen klocka, också utan anslutning.
order-reason = Varför
order-reason-hint = Står i loggen med ditt namn. Skickas inte till dörren.
order-set-button = Beordra
order-end = Avsluta genast
order-end-confirm = Schemat och korten avgör igen så snart dörren har fått veta det.
order-end-button = Avsluta ordern
order-lockdown = Nödlåsning
order-lockdown-line = { $scope }, sedan { $since } ({ $operator }): { $reason }
order-lockdown-start = Nödlås den här dörren
problem-too-far = Högst fem dygn framåt.
problem-past = Den tiden har redan gått.
problem-no-order = Det finns ingen order att avsluta.
done-order-set = Ordern är på väg. Nedan syns om dörren har fått den.
done-order-ended = Ordern avslutades. Nedan syns om dörren har fått veta det.

# Kommandon.
commands-title = En gång, nu
commands-caption = De senaste kommandona till dörren
command-what = Kommando
command-when = När
command-who = Vem
command-why = Varför
command-outcome = Utfall
command-line = { $what } ({ $operator }, { $at }): { $outcome }
command-offline = Dörren saknar anslutning. Ett kommando sparas inte åt den.
door-unlock = Lås upp en gång
door-unlock-confirm = ”{ $door }” låses upp en gång, genast. Försäkra dig om att du vet vem som väntar där.
door-unlock-button = Lås upp nu
door-test = Testa signalerna
door-test-confirm = Alla lampor och summern vid ”{ $door }” går på en gång. Be någon vid dörren berätta vad som syns och hörs.
door-test-button = Testa nu

# Inställningar.
settings-nothing-changes = Dörren är redan inställd så.
settings-off = Ur bruk
settings-bounds-seconds = { $least }–{ $most } sekunder.
settings-bounds-times = { $least }–{ $most }.
decimal-mark = ,
settings-reading = Vad läsaren läser av ett kort
settings-times = Tider
settings-long-times = Tider för dem som behöver längre tid
settings-long-times-about = För den som har ”behöver längre tid” på sin personsida.
door-release-hint = EN 60839-11-1 kräver minst 3.
settings-held-warning = Öppen för länge: varning efter
settings-held-warning-hint = Dörren varnar den som står där.
settings-held-alarm = Öppen för länge: larm efter
settings-held-alarm-hint = Måste vara senare än varningen.
settings-exit-button = Öppningsknapp
settings-exit-button-does = Vad knappen gör
exit-button-releases = Frigör låset
exit-button-shunts = Säger bara att någon går ut
exit-button-about-releases = Den som trycker kan öppna dörren.
exit-button-about-shunts = Handtaget öppnar låset av sig självt; knappen gör bara att öppningen inte blir ett larm.
settings-shunts-warning = Knappen frigör inte längre låset. Försäkra dig om att handtaget öppnar dörren inifrån utan ström: annars kommer ingen ut.
settings-unlock = Olåst enligt schema
settings-unlock-about = Under de här tiderna står dörren olåst. En nödlåsning och operatörens order går före schemat.
settings-unlock-schedule = Schema
settings-unlock-never = Aldrig: kortet avgör alltid
settings-unlock-begins = Det börjar
first-person-in-no = Genast när tiden börjar
first-person-in-yes = Först när det första kortet har godkänts under tiden
settings-unlock-warning = Dörren låses upp när tiden börjar, även om ingen har kommit till arbetet.
settings-second-cards = När ett kort inte räcker
settings-second-cards-about = Sekunder inom vilka det andra kortet ska följa. Tomt: ett kort räcker. Vid utgång behövs inget av dem.
settings-two-person = Två personer: det andra kortet inom
settings-two-person-warning = Härefter kommer ingen in här ensam, inte ens i en nödsituation. Utgången ändras inte.
settings-escort = Besökare med följeslagare: det andra kortet inom
settings-lockout = Efter upprepade nekanden
settings-lockout-about = Kortet som nekats så ofta stängs ute en stund, eller alla kort utanför listan tillsammans. Ett annat kort på listan nekas aldrig för det.
settings-lockout-denials = Nekanden
settings-lockout-within = Inom
settings-lockout-for = Utestängt i
settings-areas = Områden på båda sidor
settings-areas-about = För regeln mot återpassage: vid den yttre läsaren går ett kort in i det ena området och ut ur det andra.
settings-leads-into = Leder in i
settings-leads-out-of = Leder ut ur
settings-no-area = Inget område
problem-alarm-before-warning = Larmet måste komma senare än varningen.
problem-same-area = En dörr kan inte leda ut ur det område som den leder in i.
generation-list = Listan { $generation }
generation-state = Styrningen { $generation }
label-seconds = { $label } (sekunder)
change-door-order = Order om dörren given eller avslutad

# Hur gammal en dörrs tillträdeslista får bli, och vad som gäller när dörren inte vet vad klockan är.
door-list-age = Tillträdeslistan bekräftad
list-age = för { $span } sedan
list-age-none = Inte ännu
age-rule = Högst { $limit } gammal. Därefter: { $then }
age-none = Av vilken ålder som helst
span-days = { $n } dygn
span-hours = { $n } h
span-minutes = { $n } min
span-seconds = { $n } s
age-of-3600 = läkemedelsrum
age-of-86400 = avdelning
age-of-259200 = ytterdörr
settings-age = Tillträdeslistans ålder
settings-age-about = En dörr som inte når styrenheten avgör med den lista som den har. Ett kort som spärrats under tiden släpps ännu in. Ställ här in hur länge det får vara så. Vägen ut är fri, oavsett ålder.
settings-age-limit = Utan bekräftelse högst
settings-age-beyond = Därefter
age-beyond-goes-on = Dörren fortsätter, med ett larm
age-beyond-exempt-only = Bara den som kommer in vid nödlåsning
age-beyond-denies = Ingen kommer in
age-about-goes-on = Ingen hålls ute. För dörrar som behövs i varje fall.
age-about-exempt-only = Den som en regel släpper in vid nödlåsning kommer ännu in. För avdelningar.
age-about-denies = Dörren öppnas för ingen förrän anslutningen är tillbaka. För det som aldrig får öppnas av ett spärrat kort, till exempel läkemedel.
age-warning-goes-on = Efter { $limit } utan anslutning talar ett larm om det. Dörren fortsätter.
age-warning-exempt-only = Efter { $limit } utan anslutning kommer bara de in som kommer in vid nödlåsning. Så är det också genast efter ett strömavbrott, tills anslutningen är tillbaka. Försäkra dig om att det finns en regel för dem som måste in.
age-warning-denies = Efter { $limit } utan anslutning kommer ingen in här. Så är det också genast efter ett strömavbrott, tills anslutningen är tillbaka. Ha en nyckel för nödfall.
age-none-about = Hur länge dörren än är utan anslutning fortsätter den med den lista som den har, och inget larm talar om det.
settings-unknown-time = När dörren inte vet vad klockan är
settings-unknown-time-about = En dörr vars klocka saknar batteri vet efter ett strömavbrott inte vad klockan är förrän nätet eller styrenheten har sagt det. Det som är över förblir över. Det här gäller dem som får passera bara vissa tider.
settings-unknown-time-hours = Den som får passera vissa tider
unknown-time-denies = Kommer inte in
unknown-time-allows = Kommer in som om tiden vore rätt
unknown-time-about-denies = Bara den som får passera alla tider kommer in tills dörren vet vad klockan är.
unknown-time-about-allows = Den som får passera vissa tider kommer in vilken tid som helst tills dörren vet vad klockan är. Den som en regel håller ute vissa tider hålls ute.
