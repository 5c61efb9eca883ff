doors-title = Ovet
doors-in-force =
    { $all ->
        [one] Halutut tiedot ovat voimassa: { $current } / { $all } ovi.
       *[other] Halutut tiedot ovat voimassa: { $current } / { $all } ovea.
    }
no-doors = Ei ovia.
door-connection = Yhteys
door-online = Yhteydessä
door-offline = Ei yhteyttä
door-mode = Toimintatila
door-reading = Lukee
door-in-force = Voimassa
door-last-seen = Viimeksi yhteydessä
door-backlog = Toimittamatta
door-release = Lukko auki kerralla
door-reader = Lukija
door-lock = Lukko
door-clock = Kello
door-agent = Ohjelmaversio
door-refused = Hylättyjä viestejä
door-events-caption = Oven viimeisimmät tapahtumat, uusin ensin
door-settings = Muuta asetuksia
settings-title = Asetukset: { $door }
settings-change = Mikä muuttuu
settings-what = Asetus
settings-now = Nyt
settings-then = Sitten
settings-button = Muuta ovi nyt
settings-cancel = Jätä ennalleen
settings-wish = Halutut asetukset
settings-look = Katso muutos ensin
release-seconds = { $seconds } s
release-short = Alle kolme sekuntia, jotka EN 60839-11-1 vaatii. Hitaasti liikkuva ei ehkä ehdi kahvaan.
settings-refused = Listalla on { $all } korttia, joista { $bare } ilman tunnistetta. Ovi eväisi ne, kunnes ne on koodattu.
settings-none-refused =
    { $all ->
        [0] Listalla ei ole kortteja.
        [one] Ainoalla listan kortilla on tunniste.
       *[other] Kaikilla { $all } listan kortilla on tunniste.
    }
encoders-title = Koodauslaitteet
encoder = Koodauslaite
encoder-about = Koodauslaite kirjoittaa tunnisteen kortteihin. Sillä ei ole lukkoa eikä pääsylistaa, eikä sitä lasketa oviin.
reading-uid-only = Vain numeron (heikko)
reading-sector = Numeron ja tunnisteen
reading-sector-rolling-lenient = Tunniste ja laskuri, avaa heti
reading-sector-rolling-strict = Tunniste ja laskuri, avaa kirjoituksen jälkeen
reading-not-encoded = Evätään: korttia ei ole koodattu
reading-about-uid-only = Kortin numeron voi kopioida puhelimella. Sopii vain paikkaan, jossa kopiosta ei ole haittaa.
reading-about-sector = Kopioitu numero evätään. Koko kortin kopio pääsee yhä läpi, eikä kukaan huomaa.
reading-about-sector-rolling-lenient = Koko kortin kopio paljastuu, kun molempia on käytetty. Ovi avautuu ennen kirjoitusta; kopio voi päästä läpi muutaman kerran.
reading-about-sector-rolling-strict = Koko kortin kopio paljastuu, kun molempia on käytetty. Ovi avautuu vasta kirjoituksen jälkeen, joten korttia pidetään hieman kauemmin.
generation-none = Ei mitään
generation-behind = { $current }, tavoite { $wanted }
reader-answers = Vastaa
reader-silent = Ei vastaa
lock-released = Vapautettu
lock-locked = Lukossa
clock-unknown = Ei ajassa
clock-kept = Vahvistamatta
clock-synchronised = Tahdistettu
clock-offset = { $ms } ms

# Millainen ovi on.
doors-filter = Rajaa ovia
doors-filter-mode = Toimintatila
doors-filter-show = Tilanne
doors-show-offline = Ei yhteyttä
doors-show-behind = Jäljessä tavoitteesta
doors-show-open = Auki
doors-show-held = Liian kauan auki tai murrettu
doors-show-fault = Vika tai hälyttävä tulo
doors-shown =
    { $count ->
        [one] Näkyvissä on { $count } ovi.
       *[other] Näkyvissä on { $count } ovea.
    }
doors-none-shown = Yksikään ovi ei ole tällainen.
mode-normal = Normaali: kortti ratkaisee
mode-locked-down = Hätälukittu
mode-unlocked = Lukitsematta: kaikki pääsevät
mode-locked = Pidetään lukossa: kortti ratkaisee
mode-last-told = { $mode } (viimeisin tieto)
mode-not-yet = { $wanted } – ei vielä voimassa. Nyt: { $mode }
mode-untold = { $mode } – ovi ei ole vielä ilmoittanut
door-leaf = Ovilehti
door-faults = Viat
faults-none = Ei vikoja
door-journal = Tapahtumamuistia käytetty
door-percent = { $percent } %
door-now = Nyt
door-taps = Oven viimeisimmät korttitapahtumat

# Mitä ovelle on määrätty.
order-title = Operaattorin määräys
order-none = Ei määräystä: aikataulu ja kortit ratkaisevat.
order-unlock = Lukitsematta { $until } asti
order-lock = Pidetään lukossa { $until } asti
order-who = Määrääjä
order-who-line = { $operator }, { $at }
order-why = Peruste
order-what = Määräys
order-in-force = Ovella
order-is-in-force = Voimassa
order-beaten = Ovi on saanut määräyksen, mutta hätälukitus ohittaa sen
order-not-yet-online = Ei vielä: oveen on yhteys, mutta se ei ole vahvistanut
order-not-yet-offline = Ei vielä: oveen ei ole yhteyttä, ja se saa määräyksen yhteyden palattua
order-set = Avaa tai pidä lukossa määräajan
order-set-what = Määräys
order-choice-unlocked = Avaa: kaikki pääsevät ilman korttia
order-choice-locked = Pidä lukossa: kortti ratkaisee, aikataulu ei avaa
order-until = Asti
order-until-hint = Enintään viisi vuorokautta. Ovi päättää määräyksen oman kellonsa mukaan, myös ilman yhteyttä.
order-reason = Peruste
order-reason-hint = Jää lokiin nimesi kanssa. Ei lähetetä ovelle.
order-set-button = Määrää
order-end = Päätä heti
order-end-confirm = Aikataulu ja kortit ratkaisevat taas, kun ovi on saanut tiedon.
order-end-button = Päätä määräys
order-lockdown = Hätälukitus
order-lockdown-line = { $scope }, { $since } alkaen ({ $operator }): { $reason }
order-lockdown-start = Hätälukitse tämä ovi
problem-too-far = Enintään viiden vuorokauden päähän.
problem-past = Tämä aika on jo mennyt.
problem-no-order = Päätettävää määräystä ei ole.
done-order-set = Määräys on matkalla. Alla näkyy, onko ovi saanut sen.
done-order-ended = Määräys päättyi. Alla näkyy, onko ovi saanut siitä tiedon.

# Komennot.
commands-title = Kerran, nyt heti
commands-caption = Viimeisimmät komennot tälle ovelle
command-what = Komento
command-when = Milloin
command-who = Kuka
command-why = Peruste
command-outcome = Tulos
command-line = { $what } ({ $operator }, { $at }): { $outcome }
command-offline = Oveen ei ole yhteyttä. Komentoa ei säilytetä sille.
door-unlock = Avaa kerran
door-unlock-confirm = ”{ $door }” avataan kerran, nyt heti. Varmista, että tiedät, kuka siellä odottaa.
door-unlock-button = Avaa nyt
door-test = Testaa merkinanto
door-test-confirm = Oven ”{ $door }” kaikki valot ja summeri toimivat kerran. Pyydä ovella olevaa kertomaan, mitä näkyy ja kuuluu.
door-test-button = Testaa nyt

# Asetukset.
settings-nothing-changes = Ovi on jo asetettu näin.
settings-off = Ei käytössä
settings-bounds-seconds = { $least }–{ $most } sekuntia.
settings-bounds-times = { $least }–{ $most }.
decimal-mark = ,
settings-reading = Mitä lukija lukee kortista
settings-times = Ajat
settings-long-times = Ajat niille, jotka tarvitsevat enemmän aikaa
settings-long-times-about = Henkilölle, jonka sivulla on merkintä ”tarvitsee enemmän aikaa”.
door-release-hint = EN 60839-11-1 vaatii vähintään 3.
settings-held-warning = Liian kauan auki: varoitus
settings-held-warning-hint = Ovi varoittaa paikalla olevaa.
settings-held-alarm = Liian kauan auki: hälytys
settings-held-alarm-hint = Oltava varoitusta myöhemmin.
settings-exit-button = Avauspainike
settings-exit-button-does = Mitä painike tekee
exit-button-releases = Vapauttaa lukon
exit-button-shunts = Ilmoittaa vain, että joku on lähdössä
exit-button-about-releases = Painikkeen painaja saa oven auki.
exit-button-about-shunts = Kahva avaa lukon itsestään; painike vain estää avaamista aiheuttamasta hälytystä.
settings-shunts-warning = Painike ei enää vapauta lukkoa. Varmista, että ovi aukeaa sisäpuolelta kahvasta ilman sähköä: muuten ulos ei pääse.
settings-unlock = Auki aikataulun mukaan
settings-unlock-about = Näinä aikoina ovi on lukitsematta. Hätälukitus ja operaattorin määräys ohittavat aikataulun.
settings-unlock-schedule = Aikataulu
settings-unlock-never = Ei koskaan: kortti ratkaisee aina
settings-unlock-begins = Alkaa
first-person-in-no = Heti aikataulun mukaan
first-person-in-yes = Vasta, kun ensimmäinen kortti on hyväksytty sinä aikana
settings-unlock-warning = Ovi avautuu aikataulun alkaessa, vaikka kukaan ei olisi vielä tullut työhön.
settings-second-cards = Kun yksi kortti ei riitä
settings-second-cards-about = Sekunteina, kuinka pian toista korttia on näytettävä. Tyhjä: yksi kortti riittää. Ulos mennessä ei tarvita kumpaakaan.
settings-two-person = Kaksi henkilöä: toinen kortti viimeistään
settings-two-person-warning = Tästä lähtien kukaan ei pääse tästä yksin, ei edes hätätilanteessa. Uloskäynti ei muutu.
settings-escort = Vierailija saattajan kanssa: toinen kortti viimeistään
settings-lockout = Toistuvien epäämisten jälkeen
settings-lockout-about = Näin usein evätty kortti suljetaan ulos hetkeksi, tai kaikki listalle kuulumattomat kortit yhdessä. Toista listalla olevaa korttia ei koskaan evätä sen vuoksi.
settings-lockout-denials = Epäämisiä
settings-lockout-within = Ajassa
settings-lockout-for = Ulos suljettuna
settings-areas = Alueet oven molemmin puolin
settings-areas-about = Kaksoiskäytön estoa varten: ulkopuolen lukijalla kortti tulee yhdelle alueelle ja poistuu toiselta.
settings-leads-into = Johtaa alueelle
settings-leads-out-of = Johtaa pois alueelta
settings-no-area = Ei aluetta
problem-alarm-before-warning = Hälytyksen on tultava varoituksen jälkeen.
problem-same-area = Ovi ei voi johtaa pois alueelta, jolle se johtaa.
generation-list = Lista { $generation }
generation-state = Ohjaus { $generation }
label-seconds = { $label } (sekuntia)
change-door-order = Ovelle annettu tai päätetty määräys

# Kuinka vanha oven pääsylista saa olla, ja mitä pätee, kun ovi ei tiedä aikaa.
door-list-age = Pääsylista vahvistettu
list-age = { $span } sitten
list-age-none = Ei vielä
age-rule = Enintään { $limit } vanha. Sen jälkeen: { $then }
age-none = Minkä ikäinen tahansa
span-days = { $n } vrk
span-hours = { $n } h
span-minutes = { $n } min
span-seconds = { $n } s
age-of-3600 = lääkehuone
age-of-86400 = osasto
age-of-259200 = ulko-ovi
settings-age = Pääsylistan ikä
settings-age-about = Ovi, joka ei tavoita ohjainta, ratkaisee sillä listalla, joka sillä on. Sillä välin estetty kortti pääsee yhä läpi. Aseta tässä, kuinka kauan niin saa olla. Ulos pääsee aina, olipa lista minkä ikäinen tahansa.
settings-age-limit = Ilman vahvistusta enintään
settings-age-beyond = Sen jälkeen
age-beyond-goes-on = Ovi jatkaa, ja siitä hälytetään
age-beyond-exempt-only = Vain se, joka pääsee hätälukituksessa
age-beyond-denies = Kukaan ei pääse sisään
age-about-goes-on = Ketään ei jätetä ulos. Oviin, joista on päästävä joka tapauksessa.
age-about-exempt-only = Se, jonka sääntö päästää hätälukituksessa, pääsee yhä. Osastoille.
age-about-denies = Ovi ei avaudu kenellekään, ennen kuin yhteys palaa. Sellaiseen, mikä ei saa koskaan avautua estetyllä kortilla, kuten lääkkeisiin.
age-warning-goes-on = Kun yhteys on ollut poikki { $limit }, siitä hälytetään. Ovi jatkaa.
age-warning-exempt-only = Kun yhteys on ollut poikki { $limit }, sisään pääsee vain se, joka pääsee hätälukituksessa. Niin on myös heti sähkökatkon jälkeen, kunnes yhteys palaa. Varmista, että sääntö koskee niitä, joiden on päästävä.
age-warning-denies = Kun yhteys on ollut poikki { $limit }, tästä ei pääse kukaan sisään. Niin on myös heti sähkökatkon jälkeen, kunnes yhteys palaa. Pidä avain hätätilanteita varten.
age-none-about = Olipa yhteys poikki kuinka kauan tahansa, ovi jatkaa sillä listalla, joka sillä on, eikä siitä hälytetä.
settings-unknown-time = Kun ovi ei tiedä aikaa
settings-unknown-time-about = Ovi, jonka kellolla ei ole paristoa, ei sähkökatkon jälkeen tiedä aikaa, ennen kuin verkko tai ohjain on kertonut sen. Päättynyt pysyy päättyneenä. Tämä koskee niitä, jotka saavat kulkea vain tiettyinä aikoina.
settings-unknown-time-hours = Tiettyinä aikoina kulkeva
unknown-time-denies = Ei pääse
unknown-time-allows = Pääsee, kuin aika olisi oikea
unknown-time-about-denies = Ennen kuin ovi tietää ajan, sisään pääsee vain se, joka saa kulkea aina.
unknown-time-about-allows = Ennen kuin ovi tietää ajan, tiettyinä aikoina kulkeva pääsee mihin aikaan tahansa. Se, jolta sääntö kieltää pääsyn tiettyinä aikoina, ei pääse.
