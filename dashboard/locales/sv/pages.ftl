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
last-events-title = Senaste händelser
last-events-caption = De senaste händelserna vid alla dörrar, nyaste först
all-events = Alla händelser

events-title = Händelser
no-events = Inga händelser.
filter-reason = Orsak till nekande
filter-person = Person
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
card-doors = Egna dörrar
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
block-blocked = Spärrat
block-suspended = Pausat
block-revoked = Certifikatet på spärrlistan
block-retired = Ur bruk
block-returned = Återlämnat
block-not-delivered = Ej utlämnat
block-cloned = Kopierat
block-revocation-unknown = Spärruppgift saknas
block-inactive = Inte använt på länge
block-other = Annan spärr
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
credential-title = Identifierare
credential-none = Ej kodat
credential-nothing = Ingenting har skrivits på kortet: bara numret kan läsas.
credential-caption = Vad som finns, eller kan finnas, på kortet
credential-state-active = På kortet
credential-state-pending = Påbörjad, kanske delvis på kortet
credential-sector = Sektor
credential-version = Nyckelversion
credential-issue = Utgåva
credential-chip = Krets
no-encoder = Ingen kodare är ansluten, så kortet kan inte skrivas nu.
encode = Koda vid …
encode-confirm = Ha just det här kortet till hands och lägg det på kodaren. En ny identifierare ersätter den som finns.
encode-button = Koda
wipe = Töm för återlämning
wipe-confirm = Sektorn blir som vid leveransen. Dörrar som kräver identifierare nekar sedan kortet; spärra det som återlämnat så att även de andra gör det.
wipe-button = Töm
work-encode = Kodning
work-encode-elsewhere = Kodning i en annan sektor
work-wipe = Tömning
encoding-line = { $work }, { $encoder }: { $state }

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
demo-still-released = Det här kortet frigav ingenting; låset är fortfarande frigivet sedan tidigare.
demo-none = Inget lästes
demo-none-text = Läsaren såg ingenting. Visa kortet igen.
demo-signal = Signal: { $signal }
demo-wrong = Kortet visades inte:
signal-granted = grönt
signal-denied = rött
signal-none = ingen
signal-test = alla lampor
signal-ends-soon = grönt; kortet går snart ut
signal-denied-for-good = rött; kontakta säkerheten
signal-try-again = försök igen
signal-second-card = ett kort till
signal-busy = håll kortet stilla
signal-held-warning = stäng dörren
signal-idle-unlocked = dörren är upplåst
signal-idle-locked-down = låst för alla
signal-idle-offline = ingen anslutning
signal-idle-out-of-order = ur funktion
demo-reader = Läsare: { $ms } ms

change-person-add = Person tillagd
change-card-add = Kort tillagt
change-card-give = Kort utlämnat
change-card-block = Kort spärrat
change-card-unblock = Spärr borttagen
change-card-list = Kort tillagt på en dörrs lista
change-card-unlist = Kort borttaget från en dörrs lista
change-card-encode-begin = Kodning av kort påbörjad
change-card-encode = Kort kodat
change-card-encode-withdraw = Kodning av kort återtagen
change-card-wipe = Kort tömt
change-import = Personer och kort importerade
change-door-add = Dörr tillagd
change-encoder-add = Kodare tillagd
change-door-mode = Dörrens driftläge ändrat
change-door-settings = Dörrens inställningar ändrade
change-door-enrol = Engångskod för en dörr skapad
change-door-enrolled = Dörr registrerad
change-door-certificate = Dörrens certifikat förnyat
change-door-revoke = Dörrens identitet återkallad
change-certificates-adopt = Certifikat kända igen efter återställning
change-operator-add = Användare tillagd
change-operator-password = Användarens lösenord ändrat
change-token-add = API-nyckel tillagd
change-token-revoke = API-nyckel återkallad
