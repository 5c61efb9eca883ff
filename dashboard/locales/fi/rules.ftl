nav-rules = Säännöt

rules-nav = Sääntöjen sivut
rules-title = Säännöt
rules-intro = Kuka saa kulkea mistä ja milloin. Sääntö yhdistää ihmisten ryhmän, ovien alueen ja aikataulun. Kieltävä sääntö ohittaa kaikki sallivat säännöt.
rules-caption = Ryhmät riveinä, alueet sarakkeina; solussa ryhmän säännöt kyseisellä alueella
rules-count = Sääntöjä
rules-naming-this = Säännöt, joissa tämä mainitaan
rules-not-all = Sääntöjä on enemmän kuin tässä näkyy.
rules-empty = Ei näytettäviä sääntöjä: tarvitaan ryhmä ja alue.
rules-first = Ensimmäiselle sivulle
rules-more-groups = Lisää ryhmiä
rules-more-areas = Seuraavat alueet
rules-person = Henkilö
rules-person-hint = Ryhmät, joihin joku tämänniminen kuuluu nimellä tai ehdon perusteella.
no-rules = Ei sääntöjä.
cell-more = ja lisää

column-name = Nimi
add = Lisää
name-save = Tallenna
rename = Nimeä uudelleen
remove = Poista
remove-now = Poista nyt
remove-used = Tämä mainitaan säännössä, joten sitä ei voi poistaa.

effect-allow = Sallii
effect-deny = Kieltää
effect-exempt = Ohittaa hätälukituksen

rule-title = Sääntö
rule-add = Lisää sääntö
rule-change = Sääntö muuttuu
rule-remove = Sääntö poistetaan
rule-remove-look = Poista tämä sääntö …
rule-effect = Vaikutus
rule-group = Ryhmä
rule-area = Alue
rule-schedule = Aikataulu
rule-window = Voimassa
rule-note = Huomautus
rule-deny-hint = Kieltävä sääntö ohittaa kaikki sallivat säännöt.

groups-title = Ryhmät
groups-intro = Ihmisten ryhmät: nimellä tai yksikön, nimikkeen ja kortin lajin mukaan.
group-title = Ryhmä { $group }
group-add = Lisää ryhmä
group-change = Ryhmän jäsenet muuttuvat
group-remove-confirm = Ryhmä ja sen jäsenluettelo poistetaan. Sitä ei mainita missään säännössä, joten kukaan ei menetä ovia.
group-members = Jäsenet nimellä
group-members-count = Nimellä
group-members-caption =
    { $count ->
        [one] { $count } jäsen nimellä
       *[other] { $count } jäsentä nimellä
    }
group-no-members = Ei jäseniä nimellä.
group-member = Henkilö
group-member-add = Lisää jäsen
group-matches = Jäsenet ehdon perusteella
group-matches-count = Ehdolla
group-matches-about = Joka täyttää jonkin näistä riveistä, on jäsen niin kauan kuin rivi täyttyy. Rivin kaikkien ehtojen on täytyttävä.
group-no-matches = Ei jäseniä ehdon perusteella.
group-match-add = Lisää jäseniä ehdon perusteella
group-match-unit = Yksikkö
group-match-title = Nimike
group-match-kind = Kortin laji
no-groups = Ei ryhmiä.
match-unit = yksikkö { $unit }
match-title = nimike { $title }
match-kind = kortti: { $kind }

areas-title = Alueet
areas-intro = Alue on joukko ovia, joista säännöissä puhutaan. Ovi voi kuulua useaan alueeseen.
area-title = Alue { $area }
area-add = Lisää alue
area-change = Alueen ovet muuttuvat
area-remove-confirm = Alue poistetaan; sen ovet jäävät. Sitä ei mainita missään säännössä, joten kukaan ei menetä ovia.
area-doors = Ovet
area-doors-count = Ovia
area-doors-of =
    { $count ->
        [one] Alueella on { $count } ovi
       *[other] Alueella on { $count } ovea
    }
area-doors-choose = Alueen ovet
area-doors-hint = Vain tässä näkyvät ovet muuttuvat; muut pysyvät ennallaan.
area-door-search = Oven nimi
no-areas = Ei alueita.

schedules-title = Aikataulut
schedules-intro = Viikon kellonajat toimipaikan seinäkellon mukaan. Aikaväli kuuluu päivään, jona se alkaa, ja voi päättyä seuraavana päivänä.
schedule-always = Aina
schedule-title = Aikataulu { $schedule }
schedule-add = Lisää aikataulu
schedule-change = Aikataulun ajat muuttuvat
schedule-remove-confirm = Aikataulu poistetaan. Sitä ei mainita missään säännössä, joten kukaan ei menetä ovia.
schedule-now = Nyt
schedule-week = Viikko maanantaista
schedule-holds = Voimassa nyt
schedule-holds-not = Ei voimassa nyt
schedule-zone = Kello: { $zone }
schedule-this-week = Mitä se tarkoittaa tällä viikolla
schedule-set-up = Niin kuin se on asetettu
schedule-edit = Kellonajat
schedule-days = Viikon kellonajat
schedule-hours-hint = Esimerkiksi 07:00-12:00, 13:00-16:30, 22:00-06:00. Loppu, joka on ennen alkua, on seuraavana päivänä. Jätä päivä tyhjäksi, jos sinä päivänä ei ala mitään.
schedule-others = Muut päivät
schedule-holiday = Arkipyhä
schedule-holiday-hours = Omat ajat arkipyhinä
schedule-exception = Poikkeus
schedule-exceptions = Yksittäiset päivät
schedule-exceptions-hint = Yksi rivillä: 2026-12-24 08:00-12:00, tai pelkkä päivä, jos aikoja ei ole. Nämä ohittavat arkipyhät ja viikonpäivät.
no-schedules = Ei aikatauluja.
holiday-plan-as-weekday = Kuten viikonpäivänä
holiday-plan-closed = Ei aikoja
holiday-plan-own = Omat ajat
holiday-own = Oma päivä
hours-where = { $day }, aikaväli { $number } ”{ $text }”

week-day = Päivä
week-picture = Kuvana
week-hours = Ajat
week-today = tänään
week-closed = Ei aikoja
week-from-before = edellisestä päivästä { $until } asti
week-holiday = Arkipyhä: { $name }

weekday-monday = Maanantai
weekday-tuesday = Tiistai
weekday-wednesday = Keskiviikko
weekday-thursday = Torstai
weekday-friday = Perjantai
weekday-saturday = Lauantai
weekday-sunday = Sunnuntai
weekday-holiday_hours = Arkipyhä

holidays-title = Arkipyhät
holidays-intro = Näinä päivinä aikataulut noudattavat arkipyhien ohjelmaansa. Suomen arkipyhät lasketaan; toimipaikka voi ottaa niistä minkä tahansa pois ja lisätä omia päiviä.
holidays-caption = Päivät, jotka ovat tai voisivat olla arkipyhiä
holidays-change = Arkipyhät muuttuvat
holidays-years = Muut vuodet
holidays-zone = Toimipaikan aikavyöhyke
holidays-other-zone = Ovien aika on { $doors }, mutta näillä sivuilla näkyy { $pages }.
holiday-weekday = Viikonpäivä
holiday-date = Päivä
holiday-is = Arkipyhä
holiday-on = Arkipyhä
holiday-from = Mistä
holiday-computed = Laskettu
holiday-changed = Toimipaikan asettama
holiday-add = Lisää päiviä
holiday-add-hint = Esimerkiksi 2026-12-24, 2026-12-31
holiday-set = Lasketut arkipyhät
holiday-set-none = Ei mitään
holiday-set-finland = Suomi
no-holidays = Ei arkipyhiä tänä vuonna.
holiday-new-years-day = Uudenvuodenpäivä
holiday-epiphany = Loppiainen
holiday-good-friday = Pitkäperjantai
holiday-easter-sunday = Pääsiäispäivä
holiday-easter-monday = 2. pääsiäispäivä
holiday-may-day = Vappu
holiday-ascension-day = Helatorstai
holiday-whit-sunday = Helluntaipäivä
holiday-midsummer-eve = Juhannusaatto
holiday-midsummer-day = Juhannuspäivä
holiday-all-saints-day = Pyhäinpäivä
holiday-independence-day = Itsenäisyyspäivä
holiday-christmas-eve = Jouluaatto
holiday-christmas-day = Joulupäivä
holiday-st-stephens-day = Tapaninpäivä

preview-title = Ennen tallentamista
preview-look = Katso, mikä muuttuu …
preview-about = Mitään ei ole vielä tallennettu. Ovet lasketaan niille, jotka voisivat kulkea niistä joskus; korttien estoja ei oteta huomioon.
preview-changed = Mitään ei tallennettu: jotain muuta on sillä välin muuttunut. Tämän muutoksesi tekisi nyt.
preview-nothing = Kukaan ei saa eikä menetä ovia.
preview-gains =
    { $count ->
        [0] Kukaan ei saa uusia ovia
        [one] { $count } kulkuoikeus lisää: yksi henkilö ja ovi
       *[other] { $count } kulkuoikeutta lisää: jokainen on yksi henkilö ja ovi
    }
preview-gains-caption = Kuka saa minkä oven
preview-loses =
    { $count ->
        [0] Kukaan ei menetä ovia
        [one] { $count } kulkuoikeus poistuu: yksi henkilö ja ovi
       *[other] { $count } kulkuoikeutta poistuu: jokainen on yksi henkilö ja ovi
    }
preview-loses-caption = Kuka menettää minkä oven
preview-others =
    { $count ->
        [0] Kenenkään ajat eivät muutu
        [one] { $count } kulkuoikeus, jonka ajat muuttuvat
       *[other] { $count } kulkuoikeutta, joiden ajat muuttuvat
    }
preview-others-caption = Kuka saa kulkea mistä ovesta muina aikoina
preview-hidden =
    { $count ->
        [one] ja { $count } muu
       *[other] ja { $count } muuta
    }
preview-calendars =
    { $count ->
        [one] { $count } oven ajat tai arkipyhät muuttuvat.
       *[other] { $count } oven ajat tai arkipyhät muuttuvat.
    }
preview-save = Tallenna muutos
preview-cancel = Peruuta

done-group-added = Ryhmä lisättiin.
done-group-changed = Ryhmää muutettiin.
done-group-removed = Ryhmä poistettiin.
done-area-added = Alue lisättiin.
done-area-changed = Aluetta muutettiin.
done-area-removed = Alue poistettiin.
done-schedule-added = Aikataulu lisättiin.
done-schedule-changed = Aikataulua muutettiin.
done-schedule-removed = Aikataulu poistettiin.
done-holidays-changed = Arkipyhiä muutettiin.
done-rule-added = Sääntö lisättiin.
done-rule-changed = Sääntöä muutettiin.
done-rule-removed = Sääntö poistettiin.

problem-window-shape = { $what }: kirjoita aikavälit näin: 07:00-12:00, pilkuin erotettuina.
problem-window-clock = { $what }: tällaista kellonaikaa ei ole. Ajat ovat 00:00–24:00.
problem-window-empty = { $what }: se alkaa ja päättyy samaan aikaan. Koko päivä on 00:00-24:00.
problem-window-overlaps = { $what }: se alkaa ennen kuin edellinen aikaväli on päättynyt. Yhdistä ne yhdeksi.
problem-windows-too-many = { $what }: päivässä on enintään kahdeksan aikaväliä.
problem-not-a-schedule = Näitä aikoja ei voi käyttää yhdessä.
problem-date-shape = ”{ $what }” ei ole päivä. Kirjoita se näin: 2026-12-24.
problem-date-twice = { $what } on luettelossa kahdesti.
problem-not-a-year = Sivut ovat vuosille 1900–2199.
problem-unknown-zone = Tätä aikavyöhykettä ei tunneta.
problem-unknown-group = Tällaista ryhmää ei ole.
problem-unknown-area = Tällaista aluetta ei ole.
problem-unknown-schedule = Tällaista aikataulua ei ole.
problem-used-by-rule = Tämä mainitaan säännössä. Poista sääntö ensin.
problem-locked-down = Alueella on hätälukitus. Pura se ensin.
problem-too-many-at-door = Jokin alueen ovi tarvitsisi enemmän aikatauluja kuin siihen mahtuu.
problem-no-match = Anna yksikkö, nimike tai kortin laji.
problem-is-encoder = Tämä on koodauslaite eikä ovi.
problem-not-holidays = Näitä arkipyhiä ei voi käyttää.

change-group-add = Ryhmä lisätty
change-group-rename = Ryhmä nimetty uudelleen
change-group-remove = Ryhmä poistettu
change-group-member = Ryhmän jäsen asetettu
change-group-member-remove = Ryhmän jäsen poistettu
change-group-match = Jäsenyyden ehdot asetettu
change-area-add = Alue lisätty
change-area-rename = Alue nimetty uudelleen
change-area-doors = Alueen ovet asetettu
change-area-remove = Alue poistettu
change-schedule-add = Aikataulu lisätty
change-schedule-change = Aikataulu muutettu
change-schedule-remove = Aikataulu poistettu
change-calendar-set = Aikavyöhyke ja arkipyhät asetettu
change-rule-add = Sääntö lisätty
change-rule-change = Sääntö muutettu
change-rule-remove = Sääntö poistettu
