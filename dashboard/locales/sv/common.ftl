# Formats are those of chrono's strftime.
format-instant = %-d.%-m.%Y kl. %-H.%M.%S
format-minute = %-d.%-m.%Y kl. %-H.%M

language-name = svenska
language-label = Språk
skip-to-content = Gå till innehållet

nav-label = Huvudmeny
nav-overview = Översikt
nav-events = Händelser
nav-alarms = Larm
nav-cards = Kort
nav-people = Personer
nav-doors = Dörrar
nav-log = Ändringslogg
nav-demo = Demo

sign-in-title = Logga in
sign-in-intro = Passerkontrollen på ditt verksamhetsställe.
sign-in-name = Användarnamn
sign-in-password = Lösenord
sign-in-button = Logga in
sign-in-wrong = Användarnamnet eller lösenordet är fel.
sign-in-busy = För många loggar in just nu. Försök igen om en stund.
sign-in-wait =
    { $seconds ->
        [one] För många felaktiga lösenord. Försök igen om en sekund.
       *[other] För många felaktiga lösenord. Försök igen om { $seconds } sekunder.
    }
sign-out = Logga ut

window-always = Alltid
window-from = Från { $from }
window-until = Till { $until }
window-between = { $from } – { $until }
window-from-label = Börjar
window-until-label = Slutar
zone-hint = Tiderna anges i tidszonen { $zone }. Lämna tiden tom om det inte finns någon gräns.
optional = (valfritt)
any = Alla
never = Aldrig
seconds =
    { $seconds ->
        [one] { $seconds } sekund
       *[other] { $seconds } sekunder
    }

search = Sök
filter = Filtrera
filter-apply = Visa
filter-wrong = Så går det inte att filtrera. Rätta detta:
filter-clear = Rensa
older = Äldre
newest = Nyaste
next-page = Nästa sida
pages-label = Sidor
reload = Ladda om
nothing-saved = Ingenting sparades. Rätta detta:

column-time = Tid
column-what = Händelse
column-door = Dörr
column-who = Vem
column-card = Kort
column-why = Detaljer
column-when = När
column-action = Åtgärd
column-alarm = Larm
column-since = Sedan
column-last = Senast
column-times = Gånger

error-status = Status { $status }
error-home = Till översikten
error-title-400 = Begäran kunde inte tolkas
error-text-400 = Något i adressen eller formuläret är fel. Gå tillbaka och försök igen.
error-title-401 = Du är inte inloggad
error-text-401 = Logga in och försök igen.
error-title-403 = Begäran kom från en annan webbplats
error-text-403 = Av säkerhetsskäl utfördes den inte. Öppna den här webbplatsen direkt och försök igen.
error-title-404 = Här finns ingenting
error-text-404 = Adressen är fel, eller så finns sidan inte längre.
error-title-405 = Det går inte att göra här
error-text-405 = Adressen finns men tar inte emot en sådan begäran.
error-title-413 = Det blev för mycket
error-text-413 = Det som skickades är större än vad webbplatsen tar emot.
error-title-415 = Formatet är okänt
error-text-415 = Formuläret skickades i ett format som webbplatsen inte läser.
error-title-422 = Något i begäran stämmer inte
error-text-422 = Ett värde i adressen eller formuläret är inte möjligt. Gå tillbaka och rätta det.
error-title-503 = Webbplatsen är överbelastad
error-text-503 = Försök igen om en stund. Dörrarna fungerar självständigt hela tiden.
error-title-other = Något gick fel
error-text-other = Felet är inte ditt, och det har antecknats. Dörrarna fungerar självständigt hela tiden.

done-card-added = Kortet lades till.
done-card-given = Kortet lämnades ut.
done-card-unblocked = Spärren togs bort.
done-card-listed = Kortet lades till på de valda dörrarnas listor.
done-card-unlisted = Kortet togs bort från dörrens lista.
done-person-added = Personen lades till.
done-alarm-acknowledged = Larmet kvitterades.
done-door-set = Dörrens inställningar sparades. Dörren följer dem genast när den är ansluten.
done-signed-out = Du är utloggad.

problem-other = Det här värdet kan inte användas.
problem-empty = Ange ett värde.
problem-too-long = Det här är för långt.
problem-too-many = De här är för många.
problem-hidden-character = Det här innehåller ett tecken som inte syns. Skriv in det på nytt i stället för att klistra in det.
problem-out-of-range = Det här ligger utanför de tillåtna gränserna.
problem-reversed-window = Slutet måste vara efter början.
problem-unknown-door = Det finns ingen sådan dörr.
problem-unknown-person = Det finns ingen sådan person.
problem-unknown-code = Välj ett av de värden som erbjuds.
problem-random-uid = Numret ändras varje gång kortet läses, så det kan inte identifiera ett kort.
problem-duplicate = Det här finns redan.
problem-not-a-uid = Ett kortnummer har 8, 14 eller 20 hexadecimala tecken (0–9, A–F).
problem-not-a-number = Ange ett nummer.
problem-not-a-time = Ange datum och klockslag.
problem-no-such-hour = Klockan ställs fram den natten, så det här klockslaget finns inte.
problem-no-door-chosen = Välj minst en dörr.
problem-unknown-encoder = Det finns ingen sådan kodare.
problem-busy = Kodaren har ett annat uppdrag. Vänta tills det är klart.
problem-demo-failed = Dörren tog inte emot kortet. Försök igen.
