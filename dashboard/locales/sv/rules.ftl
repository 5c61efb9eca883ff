nav-rules = Regler

rules-nav = Sidor om regler
rules-title = Regler
rules-intro = Vem som får passera var och när. En regel förenar en grupp av personer, ett område av dörrar och ett schema. En regel som nekar går före alla regler som tillåter.
rules-caption = Grupper nedåt, områden åt sidan; i varje cell gruppens regler i området
rules-count = Regler
rules-naming-this = Regler som nämner detta
rules-not-all = Det finns fler regler än vad som visas här.
rules-empty = Inga regler att visa: det behövs en grupp och ett område.
rules-first = Till första sidan
rules-more-groups = Fler grupper
rules-more-areas = Fler områden
rules-person = Person
rules-person-hint = Grupper som någon med det namnet hör till, med namn eller enligt villkor.
no-rules = Inga regler.
cell-more = och fler

column-name = Namn
add = Lägg till
name-save = Spara
rename = Byt namn
remove = Ta bort
remove-now = Ta bort nu
remove-used = En regel nämner detta, så det kan inte tas bort.

effect-allow = Tillåter
effect-deny = Nekar
effect-exempt = Passerar vid nödlåsning

rule-title = Regel
rule-add = Lägg till en regel
rule-change = En regel ändras
rule-remove = En regel tas bort
rule-remove-look = Ta bort den här regeln …
rule-effect = Verkan
rule-group = Grupp
rule-area = Område
rule-schedule = Schema
rule-window = I kraft
rule-note = Anmärkning
rule-deny-hint = En regel som nekar går före alla regler som tillåter.

groups-title = Grupper
groups-intro = Grupper av personer: med namn, eller enligt enhet, titel och korttyp.
group-title = Gruppen { $group }
group-add = Lägg till en grupp
group-change = En grupp får andra medlemmar
group-remove-confirm = Gruppen och dess medlemslista tas bort. Ingen regel nämner den, så ingen förlorar någon dörr.
group-members = Medlemmar med namn
group-members-count = Med namn
group-members-caption =
    { $count ->
        [one] { $count } medlem med namn
       *[other] { $count } medlemmar med namn
    }
group-no-members = Inga medlemmar med namn.
group-member = Person
group-member-add = Lägg till en medlem
group-matches = Medlemmar enligt villkor
group-matches-count = Villkor
group-matches-about = Den som uppfyller någon av raderna är medlem så länge den gör det. Allt som raden säger måste gälla.
group-no-matches = Inga medlemmar enligt villkor.
group-match-add = Lägg till medlemmar enligt villkor
group-match-unit = Enhet
group-match-title = Titel
group-match-kind = Korttyp
no-groups = Inga grupper.
match-unit = enhet { $unit }
match-title = titel { $title }
match-kind = kort: { $kind }

areas-title = Områden
areas-intro = Ett område är en mängd dörrar som regler talar om. En dörr kan höra till flera.
area-title = Området { $area }
area-add = Lägg till ett område
area-change = Ett område får andra dörrar
area-remove-confirm = Området tas bort; dörrarna finns kvar. Ingen regel nämner det, så ingen förlorar någon dörr.
area-doors = Dörrar
area-doors-count = Dörrar
area-doors-of =
    { $count ->
        [one] { $count } dörr i området
       *[other] { $count } dörrar i området
    }
area-doors-choose = Dörrar i området
area-doors-hint = Bara de dörrar som visas här ändras; de andra förblir som de är.
area-door-search = Dörrens namn
no-areas = Inga områden.

schedules-title = Scheman
schedules-intro = Veckans klockslag enligt anläggningens väggklocka. Ett tidsintervall hör till den dag då det börjar och kan sluta nästa dag.
schedule-always = Alltid
schedule-title = Schemat { $schedule }
schedule-add = Lägg till ett schema
schedule-change = Ett schema får andra tider
schedule-remove-confirm = Schemat tas bort. Ingen regel nämner det, så ingen förlorar någon dörr.
schedule-now = Nu
schedule-week = Veckan från måndag
schedule-holds = Gäller nu
schedule-holds-not = Gäller inte nu
schedule-zone = Enligt klockan i { $zone }
schedule-this-week = Vad det betyder den här veckan
schedule-set-up = Så som det är inställt
schedule-edit = Tider
schedule-days = Veckans tider
schedule-hours-hint = Till exempel 07:00-12:00, 13:00-16:30, 22:00-06:00. Ett slut som ligger före början är nästa dag. Lämna dagen tom om inget börjar den dagen.
schedule-others = Andra dagar
schedule-holiday = Helgdag
schedule-holiday-hours = Egna tider på helgdagar
schedule-exception = Undantag
schedule-exceptions = Enstaka datum
schedule-exceptions-hint = Ett per rad: 2026-12-24 08:00-12:00, eller bara datumet för en dag utan tider. Dessa går före helgdagar och veckodagar.
no-schedules = Inga scheman.
holiday-plan-as-weekday = Som veckodagen
holiday-plan-closed = Inga tider
holiday-plan-own = Egna tider
holiday-own = Egen dag
hours-where = { $day }, intervall { $number } ”{ $text }”

week-day = Dag
week-picture = Som bild
week-hours = Tider
week-today = i dag
week-closed = Inga tider
week-from-before = till { $until } från dagen före
week-holiday = Helgdag: { $name }

weekday-monday = Måndag
weekday-tuesday = Tisdag
weekday-wednesday = Onsdag
weekday-thursday = Torsdag
weekday-friday = Fredag
weekday-saturday = Lördag
weekday-sunday = Söndag
weekday-holiday_hours = Helgdag

holidays-title = Helgdagar
holidays-intro = På de här dagarna följer scheman sin plan för helgdagar. Finlands helgdagar räknas ut; anläggningen kan stryka vilken som helst av dem och lägga till egna dagar.
holidays-caption = Dagar som är eller kunde vara helgdagar
holidays-change = Andra helgdagar
holidays-years = Andra år
holidays-zone = Anläggningens tidszon
holidays-other-zone = Dörrarna följer tiden i { $doors }, men de här sidorna visar { $pages }.
holiday-weekday = Veckodag
holiday-date = Datum
holiday-is = Helgdag
holiday-on = Helgdag
holiday-from = Varifrån
holiday-computed = Uträknad
holiday-changed = Angiven av anläggningen
holiday-add = Lägg till datum
holiday-add-hint = Till exempel 2026-12-24, 2026-12-31
holiday-set = Uträknade helgdagar
holiday-set-none = Inga
holiday-set-finland = Finland
no-holidays = Inga helgdagar det här året.
holiday-new-years-day = Nyårsdagen
holiday-epiphany = Trettondagen
holiday-good-friday = Långfredagen
holiday-easter-sunday = Påskdagen
holiday-easter-monday = Annandag påsk
holiday-may-day = Första maj
holiday-ascension-day = Kristi himmelsfärdsdag
holiday-whit-sunday = Pingstdagen
holiday-midsummer-eve = Midsommaraftonen
holiday-midsummer-day = Midsommardagen
holiday-all-saints-day = Alla helgons dag
holiday-independence-day = Självständighetsdagen
holiday-christmas-eve = Julaftonen
holiday-christmas-day = Juldagen
holiday-st-stephens-day = Annandag jul

preview-title = Innan det sparas
preview-look = Se vad som ändras …
preview-about = Inget har sparats än. Dörrar räknas för dem som kunde passera någon gång; spärrar på kort beaktas inte.
preview-changed = Inget sparades: något annat har ändrats under tiden. Det här skulle din ändring göra nu.
preview-nothing = Ingen får eller förlorar någon dörr.
preview-gains =
    { $count ->
        [0] Ingen får någon ny dörr
        [one] { $count } tillträde tillkommer: en person vid en dörr
       *[other] { $count } tillträden tillkommer: vart och ett är en person vid en dörr
    }
preview-gains-caption = Vem som får vilken dörr
preview-loses =
    { $count ->
        [0] Ingen förlorar någon dörr
        [one] { $count } tillträde faller bort: en person vid en dörr
       *[other] { $count } tillträden faller bort: vart och ett är en person vid en dörr
    }
preview-loses-caption = Vem som förlorar vilken dörr
preview-others =
    { $count ->
        [0] Ingen får andra tider
        [one] { $count } tillträde får andra tider
       *[other] { $count } tillträden får andra tider
    }
preview-others-caption = Vem som får passera vilken dörr vid andra tider
preview-hidden =
    { $count ->
        [one] och { $count } till
       *[other] och { $count } till
    }
preview-calendars =
    { $count ->
        [one] { $count } dörr får andra tider eller helgdagar.
       *[other] { $count } dörrar får andra tider eller helgdagar.
    }
preview-save = Spara ändringen
preview-cancel = Avbryt

done-group-added = Gruppen lades till.
done-group-changed = Gruppen ändrades.
done-group-removed = Gruppen togs bort.
done-area-added = Området lades till.
done-area-changed = Området ändrades.
done-area-removed = Området togs bort.
done-schedule-added = Schemat lades till.
done-schedule-changed = Schemat ändrades.
done-schedule-removed = Schemat togs bort.
done-holidays-changed = Helgdagarna ändrades.
done-rule-added = Regeln lades till.
done-rule-changed = Regeln ändrades.
done-rule-removed = Regeln togs bort.

problem-window-shape = { $what }: skriv intervall som 07:00-12:00, med komman emellan.
problem-window-clock = { $what }: det finns inget sådant klockslag. Tider går från 00:00 till 24:00.
problem-window-empty = { $what }: det börjar och slutar samtidigt. Hela dagen skrivs 00:00-24:00.
problem-window-overlaps = { $what }: det börjar innan det föregående intervallet har slutat. Gör ett intervall av de två.
problem-windows-too-many = { $what }: en dag har högst åtta intervall.
problem-not-a-schedule = De här tiderna kan inte användas tillsammans.
problem-date-shape = ”{ $what }” är inte ett datum. Skriv det som 2026-12-24.
problem-date-twice = { $what } finns två gånger i listan.
problem-not-a-year = Det finns sidor för åren 1900 till 2199.
problem-unknown-zone = Tidszonen är okänd.
problem-unknown-group = Det finns ingen sådan grupp.
problem-unknown-area = Det finns inget sådant område.
problem-unknown-schedule = Det finns inget sådant schema.
problem-used-by-rule = En regel nämner detta. Ta bort regeln först.
problem-locked-down = Området har en nödlåsning. Häv den först.
problem-too-many-at-door = En dörr i området skulle behöva fler scheman än den rymmer.
problem-no-match = Ange en enhet, en titel eller en korttyp.
problem-is-encoder = Det här är en kodare, inte en dörr.
problem-not-holidays = De här helgdagarna kan inte användas.

change-group-add = Grupp tillagd
change-group-rename = Grupp fick nytt namn
change-group-remove = Grupp borttagen
change-group-member = Medlem i grupp angiven
change-group-member-remove = Medlem i grupp borttagen
change-group-match = Villkor för medlemskap angivna
change-area-add = Område tillagt
change-area-rename = Område fick nytt namn
change-area-doors = Dörrar i område angivna
change-area-remove = Område borttaget
change-schedule-add = Schema tillagt
change-schedule-change = Schema ändrat
change-schedule-remove = Schema borttaget
change-calendar-set = Tidszon och helgdagar angivna
change-rule-add = Regel tillagd
change-rule-change = Regel ändrad
change-rule-remove = Regel borttagen
