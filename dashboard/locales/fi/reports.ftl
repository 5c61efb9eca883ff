nav-inside = Sisällä
nav-reports = Raportit
reports-title = Raportit
reports-nav = Raportit
report-title-taps = Kortin näytöt
report-title-denials = Hylkäykset
report-title-holds = Kulkuoikeudet
report-title-unused = Käyttämättömät oikeudet
report-title-doors = Käyttämättömät ovet
report-title-unreturned = Palauttamatta
report-about-taps = Kuinka usein korteilla päästiin sisään ja kuinka usein ei, tunneittain ja ovittain. Tiedostossa on jokaisen päivän jokainen tunti.
report-about-denials = Miksi kortteja hylättiin, yleisin syy ensin. Tiedostossa on jokainen syy ovittain.
report-about-holds = Mistä ovista kukin voi jonakin aikana kulkea kaikkien sääntöjen ja poikkeusten perusteella. Kortin estot jätetään huomiotta: tänään keskeytetty kortti avaa huomenna taas samat ovet. Tiedostossa on rivi jokaisesta henkilöstä ja ovesta.
report-about-unused = Ovet, joista henkilö voi kulkea ja olisi voinut kulkea jo tämän ajan alussa, mutta joista hän ei ole sen jälkeen kulkenut.
report-about-doors = Milloin kustakin ovesta on viimeksi päästy sisään, pisimpään käyttämätön ensin.
report-about-unreturned = Kortit, joiden aika on ohi mutta joita ei ole palautettu palvelupisteeseen, viimeksi päättynyt ensin. Kadonnutta tai varastettua korttia ei odoteta takaisin.
report-granted = Pääsi sisään
report-denied = Hylätty
report-count = Määrä
report-hour = Tunti
report-by-hour = Vuorokaudenajan mukaan
report-by-door = Ovittain
report-by-reason = Syyn mukaan
report-taps-chart = Kortin näytöt vuorokaudenajan mukaan
report-taps-note = Pääsi sisään: { $granted }. Hylätty: { $denied }. Vilkkain tunti alkaa kello { $hour }.
report-denials-note =
    { $count ->
        [one] Yksi kortin näyttö hylättiin.
       *[other] { $count } kortin näyttöä hylättiin.
    }
report-denials-several = Usean syyn vuoksi hylätty kortin näyttö lasketaan jokaiseen niistä.
report-holds-caption = Henkilöt ja ovet, joista he voivat kulkea
report-person = Henkilö
report-person-number = Henkilön numero
report-last = Viimeksi sisään
report-cards = Kortit
report-cards-used = Kortteja sen jälkeen
report-doors = Ovet
report-doors-caption = Ovet viimeisen käytön mukaan
report-doors-note =
    { $count ->
        [one] Yhdestä ovesta kukaan ei päässyt sisään tänä aikana.
       *[other] { $count } ovesta kukaan ei päässyt sisään tänä aikana.
    }
report-unreturned-caption = Kortit, jotka olisi pitänyt palauttaa
report-unreturned-note =
    { $count ->
        [one] Yksi kortti on palauttamatta.
       *[other] { $count } korttia on palauttamatta.
    }
report-over = Mikä päättyi
report-cut = Näitä on enemmän kuin tässä näytetään.
report-month = Enintään kuukausi.
report-days = Käyttämättä, päivää
report-days-hint = 1–1830. Niin kauas taaksepäin kuin lokia säilytetään.
report-nothing = Ei mitään näytettävää.
report-file = Taulukkotiedosto (CSV)
over-card = kortin voimassaolo
over-holding = luovutuksen aika
over-employment = palvelussuhde
who-title = Ketkä ovat sisällä
who-about = Siltä osin kuin ovet ovat kertoneet: kuka on kulkenut sisään lukijan kautta eikä ulos, ja kuka on päässyt sisään ovesta, joka ei kerro poistumisesta.
who-within = Kuinka kauas taaksepäin
who-within-12h = 12 tuntia
who-within-24h = 24 tuntia
who-within-week = Viikko
who-within-all = Kaikki
who-total = Yhteensä
who-somewhere = Muualta sisään päässeet
who-cut = Kortteja on enemmän kuin tämä luettelo pystyy käymään läpi. Joku voi puuttua siitä.
who-earlier =
    { $count ->
        [one] Yksi kortti on kulkenut sisään ennen tätä aikaa, eikä mikään ovi ole kertonut sen poistuneen. Sitä ei ole luettelossa.
       *[other] { $count } korttia on kulkenut sisään ennen tätä aikaa, eikä mikään ovi ole kertonut niiden poistuneen. Niitä ei ole luettelossa.
    }
who-silent = Mikään ovi ei ole koskaan kertonut kenenkään poistuneen täältä, joten luettelossa on jokainen sisään kulkenut: { $areas }.
who-left =
    { $count ->
        [one] Yksi henkilö on poistunut alueelta tänä aikana eikä ole sen jälkeen kulkenut mistään sisään. Häntä ei ole luettelossa.
       *[other] { $count } henkilöä on poistunut alueelta tänä aikana eikä ole sen jälkeen kulkenut mistään sisään. Heitä ei ole luettelossa.
    }
who-card = Kortti { $card }
evacuation-open = Evakuointiluettelo
evacuation-title = Evakuointiluettelo
evacuation-total =
    { $count ->
        [one] Sisällä on yksi henkilö.
       *[other] Sisällä on { $count } henkilöä.
    }
evacuation-print = Tulosta tämä sivu tai tallenna tiedosto: kumpikin toimii ilman verkkoa.
evacuation-seen = Viimeksi sisään
evacuation-found = Löytyi
review-title = Oikeuksien tarkistus
review-about = Joku katsoo, mistä ryhmä tai henkilö voi kulkea, ja vahvistaa, että oikeuksia tarvitaan yhä. Vahvistus ei muuta mitään millään ovella; se kertoo, kuka on katsonut, milloin, ja mihin asti vahvistus pätee.
review-of = Kenen oikeudet
review-groups-due = Katsottavat ryhmät
review-people-due = Katsottavat henkilöt
review-people-hint = Henkilöt, joiden oikeudet on vahvistettu yksitellen. Aloita henkilön sivulta:
review-state = Tila
review-last = Vahvistettu
review-again = Katsotaan uudelleen
review-days-title = Kuinka usein
review-days = Oikeudet katsotaan uudelleen, kun päiviä on kulunut
review-days-hint = 7–730. Koskee vahvistuksia tästä alkaen.
review-days-save = Tallenna
review-one = Oikeuksien tarkistus: { $name }
review-matches = Jäsenet palvelussuhteen tai kortin perusteella
review-matches-hint = He tulevat ja lähtevät rekisterin mukaan; vahvistetaan itse ehto.
review-sign = Vahvista
review-note = Huomautus
review-confirm = Olen katsonut tässä näytetyt oikeudet, ja niitä tarvitaan yhä.
review-button = Vahvista nämä oikeudet
review-history = Vahvistukset
review-members = Nimetyt jäsenet, ja milloin he viimeksi käyttivät ryhmän antamia oikeuksia
review-doors = Ovet, joista henkilö voi jonakin aikana kulkea
review-gives-nothing = Mikään sääntö ei koske tätä ryhmää
review-never = Ei koskaan vahvistettu
review-changed = Muuttunut vahvistuksen jälkeen
review-due = Katsottava uudelleen
review-good = Vahvistettu
review-said = { $operator }, { $at }
log-group = Ryhmä { $number }
review-link = Tarkista oikeudet
done-review-signed = Oikeudet vahvistettiin.
done-review-days-set = Aika asetettiin.
change-review-group = Ryhmän oikeudet vahvistettu
change-review-person = Henkilön oikeudet vahvistettu
change-review-days = Tarkistusten väli asetettu
problem-longer-than-31-days = Ajanjakso voi olla enintään 31 päivää.
problem-changed-since = Vahvistamasi on sillä välin muuttunut. Alla on nykyinen tilanne: katso se ja vahvista uudelleen.
problem-review-unconfirmed = Merkitse ruutuun, että olet katsonut oikeudet.
