nav-explain = Varför?

event-title = Händelse
event-generation = Reglernas ändringsnummer
event-why = Varför det slutade så här
event-why-about = Allt här är som det var vid den dörren vid den tiden, vad som än har ändrats sedan dess.
event-agrees = Beslutet fattades på nytt utifrån vad som var känt då, och blev detsamma.
event-differs = Beslutet som fattades på nytt utifrån vad som var känt då blev ett annat:
event-conditions = Varje villkor, som det var då
event-would-now = Skulle kortet släppas in nu?

say-title = Att läsa upp för personen
say-granted = Ditt kort öppnade dörren { $door } den { $at }.
say-denied = Den { $at } öppnade ditt kort inte dörren { $door }.
say-do-reading = Håll bara ett kort mot läsaren, och håll det stilla.
say-do-listed = Fråga på kortkontoret om du borde ha tillträde här.
say-do-credential = Kortkontoret kan kontrollera kortet och koda det på nytt.
say-do-block = Ta med kortet till kortkontoret.
say-do-card = Kortkontoret kan berätta när kortet gäller och förnya det.
say-do-certificate = Kortkontoret kan förnya kortets certifikat.
say-do-holding = Kortkontoret kan ge dig ett eget kort.
say-do-right-to-practise = Be din chef kontrollera din rätt att utöva yrket.
say-do-employment = Be din chef kontrollera din anställning.
say-do-rules = Om du behöver passera här, prata med din chef.
say-do-mode = Vänta, eller ta en annan väg.
say-do-time = Försök igen om en stund.

explain-title = Varför, vem och vart
explain-intro = Fråga om ett kort eller en person skulle släppas in genom en dörr, vem som kommer igenom den eller vart någon kommer: nu, eller vid en annan tid enligt de nuvarande reglerna.
explain-wrong = Den här frågan kan inte besvaras. Rätta detta:
explain-subject = Kortnummer eller namn
explain-at = När
explain-at-hint = Lämna tiden tom för nu. ”Vem” behöver varken kort eller namn; ”vart” behöver ingen dörr.
explain-ask-would = Skulle de släppas in?
explain-ask-who = Vem kommer igenom dörren?
explain-ask-where = Vart kommer de?
explain-choose = Vem menar du?
explain-would = Skulle släppas in: { $at }.
explain-would-not = Skulle inte släppas in: { $at }.
explain-holder = Innehavare vid den tiden
explain-who = Vem som kommer igenom
explain-who-count =
    { $count ->
        [one] { $count } kort
       *[other] { $count } kort
    }
explain-who-at-least = Minst { $count } kort
explain-nobody = Inget kort släpps in vid den tiden.
explain-where = Vart de kommer
explain-where-count =
    { $count ->
        [one] { $count } dörr
       *[other] { $count } dörrar
    }
explain-nowhere = Ingen dörr öppnas vid den tiden.
explain-conditions = Varje villkor
explain-condition = Villkor
explain-finding = Utfall
explain-codes = Koder
explain-rules = Regler som gäller innehavaren vid den här dörren
explain-held = Gällde vid den tiden
explain-held-yes = Ja
explain-held-no = Nej
explain-holds = Uppfyllt
explain-fails = Inte uppfyllt
explain-unchecked = Inte prövat
explain-unchecked-text = Beslutet kom inte hit, eller behöver inte detta.
explain-not-needed = Ett kort av den här typen behöver det inte.
explain-right = { $profession }, enligt { $source }, senast kontrollerad { $checked }
explain-listing = Personligt undantag för kortet vid dörren: { $window }
explain-as-kind = Villkor för: { $kind }
explain-list-number = Spärrlista { $number }.
explain-certificate = Serienummer { $serial }, utfärdat av { $issuer }: { $window }. { $state }.
explain-certificate-good = Inte spärrat
explain-certificate-revoked = Spärrat
explain-certificate-held = Tillfälligt spärrat
explain-certificate-unknown = Spärruppgift saknas
explain-life-ordered = Kortet är beställt.
explain-life-delivered = Kortet har kommit men har inte tagits i bruk.
explain-life-active = Kortet är i bruk.
explain-life-suspended = Kortet är tillfälligt spärrat.
explain-life-blocked = Kortet är spärrat.
explain-life-returned = Kortet har lämnats tillbaka.
explain-life-retired = Kortet har tagits ur bruk.
absent-unknown-card = Kortet fanns inte i systemet då.
absent-retired = Kortet hade tagits ur bruk, så ingen dörr har det på sin lista.
absent-nobody-holds = Kortet tillhörde ingen.
absent-no-rule = Ingen regel ger innehavaren tillträde vid den här dörren vid någon tid.
absent-never-possible = En regel ger innehavaren tillträde, men aldrig vid en tid då alla andra villkor gäller samtidigt.
member-named = medlem med namn

explain-part-reading = Läsning av kortet
explain-part-listed = Känt för dörren
explain-part-credential = Identifierare
explain-part-block = Spärrar
explain-part-card = Kortets giltighet
explain-part-certificate = Certifikat
explain-part-holding = Innehavare
explain-part-right-to-practise = Rätt att utöva yrke
explain-part-employment = Anställning
explain-part-rules = Regler och tider
explain-part-mode = Dörrens läge
explain-part-time = Dörrens klocka
explain-holds-reading = Ett kort lästes.
explain-holds-listed = Dörren kände kortet.
explain-holds-credential = Identifieraren höll.
explain-holds-block = Inget hindrade.
explain-holds-card = Kortet gällde.
explain-holds-certificate = Certifikatet gällde.
explain-holds-holding = Kortet tillhörde sin innehavare.
explain-holds-right-to-practise = Rätten att utöva yrket var i kraft.
explain-holds-employment = Anställningen var i kraft.
explain-holds-rules = En regel gav innehavaren tillträde vid den tiden.
explain-holds-mode = Korten avgör vid den här dörren.
explain-holds-time = Dörren visste vad klockan var.

problem-nobody-found = Det finns inget sådant kort och ingen med det namnet.
problem-no-card = Personen har inget kort.

explain-part-passage = Inne redan
explain-part-company = Sällskap
explain-part-chamber = Sluss
explain-part-attempts = Upprepade nekanden
explain-holds-passage = Inget hindrade att gå igenom på nytt.
explain-holds-company = De som måste vara där var där.
explain-holds-chamber = Slussens andra dörrar var stängda.
explain-holds-attempts = Det hade inte nekats för ofta.
say-do-passage = Kontakta säkerheten, som kan rätta till det.
say-do-company = Kom till dörren tillsammans och visa korten efter varandra.
say-do-chamber = Vänta tills den andra dörren är stängd och försök igen.
say-do-attempts = Vänta en minut och försök igen; om det fortsätter, fråga på kortkontoret.
evidence-entered = { $who } gick in genom { $door } den { $at }.
evidence-noted = Kortet var redan inne. Här noteras det och nekas inte.
evidence-denied = Nekades: { $who } vid { $door } den { $at }.
evidence-first = Det första kortet var { $who }, vid { $door } den { $at }.
evidence-visitor = Innehavaren är besökare och behöver någon ur personalen där dörren kräver det.
evidence-lockdown = Låsning av { $scope }, beordrad av { $operator } den { $at }: { $reason }
evidence-last-used = Kortet användes senast den { $at }.
evidence-never-used = Loggen har ingen tidigare användning av kortet.
event-side = Läsare
event-area = Område
event-ordered-by = Beordrat av
event-ordered-at = Beordrat
event-order = Order
event-reason = Angiven orsak
event-outcome = Resultat
cause-inactive = inte använt på länge
cause-restored = platsen återställdes från en säkerhetskopia
