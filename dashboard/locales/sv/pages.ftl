overview-title = Översikt
count-offline =
    { $count ->
        [one] dörr utan anslutning
       *[other] dörrar utan anslutning
    }
count-behind =
    { $count ->
        [one] dörr släpar efter
       *[other] dörrar släpar efter
    }
count-alarms =
    { $count ->
        [one] öppet larm
       *[other] öppna larm
    }
count-denied =
    { $count ->
        [one] nekad under det senaste dygnet
       *[other] nekade under det senaste dygnet
    }
alarms-title = Öppna larm
alarms-caption = Larm som ingen har kvitterat än
no-alarms = Inga öppna larm.
acknowledge = Kvittera
last-events-title = Senaste händelser
last-events-caption = De senaste händelserna vid alla dörrar, nyaste först
all-events = Alla händelser

events-title = Händelser
no-events = Inga händelser.
filter-reason = Orsak till nekande
filter-person = Personens nummer
filter-from = Från
filter-until = Till
several-hint = Flera kan väljas med Ctrl.

cards-title = Kort
cards-search = Kortnummer eller innehavare
no-cards = Inga kort.
listed-for = På listan för dörren
card-title = Kort { $card }
card-heading = Kort
card-number = Kortnummer
card-number-hint = 8, 14 eller 20 hexadecimala tecken, så som läsaren visar dem.
card-kind = Slag
card-holder = Innehavare
card-held = Innehav
card-nobody = Ingen
card-state = Tillstånd
card-validity = Giltighet
card-doors = Dörrar
valid-from = Gäller från
valid-until = Gäller till
state-free = Ej spärrat
state-blocked = Spärrat
card-add = Lägg till ett kort
card-add-button = Lägg till
kind-professional = Yrkeskort
kind-staff = Personalkort
kind-actor = Aktörskort
kind-backup = Reservkort
kind-visitor = Besökskort
block-title = Spärr
block-kind = Orsak
block-blocked = Spärrat
block-suspended = Tillfälligt spärrat
block-revoked = Certifikatet på spärrlistan
block-retired = Ur bruk
block-returned = Återlämnat
block-not-delivered = Ej utlämnat
block-cloned = Kopierat
block-other = Annan spärr
card-block = Spärra kortet
card-block-confirm = Varje ansluten dörr avvisar kortet inom en sekund. Övriga dörrar avvisar det genast när de är anslutna igen.
card-block-button = Spärra nu
card-unblock = Ta bort ”{ $block }”
card-unblock-confirm = Kortet öppnar sina dörrar igen om inget annat hindrar.
card-unblock-button = Ta bort spärren
card-doors-title = Dörrar
card-doors-caption = Dörrar som kortet öppnar, och när
card-no-doors = Kortet finns inte på någon dörrs lista.
card-list = Lägg till på dörrars listor
card-list-doors = Dörrar
card-list-button = Lägg till
card-unlist = Ta bort från listan
card-give-title = Utlämning
card-give = Lämna ut till en person
card-give-person = Person
card-give-hint = Kortet tillhör därefter inte längre sin tidigare innehavare. Tidigare händelser visar fortfarande den personens namn.
card-give-button = Lämna ut kortet
card-events-caption = Kortets senaste händelser, nyaste först

people-title = Personer
people-search = Namn eller extern identifierare
no-people = Inga personer.
person-add = Lägg till en person
person-add-button = Lägg till
person-name = Namn
person-external-id = Extern identifierare
person-external-id-hint = Till exempel personalnumret. Aldrig en personbeteckning.
person-cards = Kort
person-cards-caption = Kort som personen har, har haft eller kommer att ha
person-give-hint = Ett kort lämnas ut till en person på kortets egen sida.
person-events-caption = Vad personens kort gjorde under innehavet, nyaste först

doors-title = Dörrar
doors-in-force =
    { $all ->
        [one] Önskade uppgifter gäller vid { $current } av { $all } dörr.
       *[other] Önskade uppgifter gäller vid { $current } av { $all } dörrar.
    }
doors-show-offline = Endast dörrar utan anslutning.
doors-show-behind = Endast dörrar som släpar efter.
doors-show-all = Visa alla
no-doors = Inga dörrar.
door-connection = Anslutning
door-online = Ansluten
door-offline = Ej ansluten
door-mode = Driftläge
door-reading = Läser
door-in-force = Gällande tillträdeslista
door-last-seen = Senast ansluten
door-backlog = Ej levererade
door-release = Låset frigivet i
door-reader = Läsare
door-lock = Lås
door-contact = Dörrkontakt
door-clock = Klocka
door-agent = Programversion
door-refused = Avvisade meddelanden
door-events-caption = Dörrens senaste händelser, nyaste först
door-unlock = Lås upp en gång
door-unlock-confirm = ”{ $door }” låses upp en gång, genast. Försäkra dig om att du vet vem som väntar där.
door-unlock-button = Lås upp nu
mode-normal = Normalt
mode-locked-down = Låst för alla
mode-until = { $mode }, till { $until }
reading-uid-only = Endast numret (svagt)
reading-sector = Numret och identifieraren
generation-none = Ingen
generation-behind = { $current }, önskad { $wanted }
reader-answers = Svarar
reader-silent = Svarar inte
lock-released = Frigivet
lock-locked = Låst
contact-open = Öppen
contact-closed = Stängd
clock-unknown = Ej ställd
clock-kept = Ej bekräftad
clock-synchronised = Synkroniserad
clock-offset = { $ms } ms

log-title = Ändringslogg
log-intro = Allt som användare har ändrat. Varje nummer är också den version som började med ändringen.
log-number = Nummer
log-operator = Användare
log-detail = Vad det gällde
log-person = Person { $number }
no-changes = Inga ändringar.

demo-title = Visa ett kort för läsaren
demo-label = Den här sidan hör till demon. Korten och dörrarna är påhittade; ett riktigt verksamhetsställe har ingen sådan sida.
demo-card = Kort
demo-door = Dörr
demo-tap = Visa kortet
demo-released = Låset frigavs.
demo-locked = Låset förblev låst.
demo-signal = Signal: { $signal }
demo-wrong = Kortet visades inte:
signal-granted = grönt
signal-denied = rött
signal-test = alla lampor
demo-reader = Läsare: { $ms } ms

change-person-add = Person tillagd
change-card-add = Kort tillagt
change-card-give = Kort utlämnat
change-card-block = Kort spärrat
change-card-unblock = Spärr borttagen
change-card-list = Kort tillagt på en dörrs lista
change-card-unlist = Kort borttaget från en dörrs lista
change-import = Personer och kort importerade
change-door-add = Dörr tillagd
change-door-mode = Dörrens driftläge ändrat
change-door-settings = Dörrens inställningar ändrade
change-operator-add = Användare tillagd
change-operator-password = Användarens lösenord ändrat
change-token-add = API-nyckel tillagd
change-token-revoke = API-nyckel återkallad
