overview-title = Yleiskuva
count-offline =
    { $count ->
        [one] ovi ilman yhteyttä
       *[other] ovea ilman yhteyttä
    }
count-behind =
    { $count ->
        [one] ovi jäljessä tavoitteesta
       *[other] ovea jäljessä tavoitteesta
    }
count-alarms =
    { $count ->
        [one] avoin hälytys
       *[other] avointa hälytystä
    }
count-denied =
    { $count ->
        [one] evätty viimeksi kuluneen vuorokauden aikana
       *[other] evättyä viimeksi kuluneen vuorokauden aikana
    }
last-events-title = Viimeisimmät tapahtumat
last-events-caption = Viimeisimmät tapahtumat kaikilla ovilla, uusin ensin
all-events = Kaikki tapahtumat

events-title = Tapahtumat
no-events = Ei tapahtumia.
filter-reason = Epäämisen syy
filter-person = Henkilö
filter-from = Alkaen
filter-until = Asti
several-hint = Useita voi valita Ctrl-näppäimellä.

cards-title = Kortit
cards-search = Kortin numero tai haltija
no-cards = Ei kortteja.
listed-for = Ovi, jonka listalla
card-title = Kortti { $card }
card-heading = Kortti
card-number = Kortin numero
card-number-hint = 8, 14 tai 20 heksadesimaalimerkkiä, niin kuin lukija ne näyttää.
card-kind = Laji
card-holder = Haltija
card-held = Hallussa
card-nobody = Ei kenelläkään
card-state = Tila
card-validity = Voimassaolo
card-doors = Erillisiä ovia
valid-from = Voimassa alkaen
valid-until = Voimassa asti
state-free = Ei estoja
state-blocked = Estetty
card-add = Lisää kortti
card-add-button = Lisää
kind-professional = Ammattikortti
kind-staff = Henkilöstökortti
kind-actor = Toimijakortti
kind-backup = Varakortti
kind-visitor = Vierailijakortti
block-blocked = Estetty
block-suspended = Keskeytetty
block-revoked = Varmenne sulkulistalla
block-retired = Poistettu käytöstä
block-returned = Palautettu
block-not-delivered = Ei luovutettu
block-cloned = Kopioitu
block-revocation-unknown = Sulkutieto puuttuu
block-inactive = Pitkään käyttämättä
block-other = Muu esto
card-unblock = Poista ”{ $block }”
card-unblock-confirm = Kortti avaa taas ovensa, ellei jokin muu ole esteenä.
card-unblock-button = Poista esto
card-doors-title = Ovet
card-doors-caption = Ovet, jotka kortti avaa, ja milloin
card-no-doors = Kortti ei ole yhdenkään oven listalla.
card-list = Lisää ovien listoille
card-list-doors = Ovet
card-list-button = Lisää listoille
card-unlist = Poista listalta
card-give-title = Luovutus
card-give = Luovuta henkilölle
card-give-person = Henkilö
card-give-hint = Kortti ei sen jälkeen enää kuulu aiemmalle haltijalleen. Aiemmissa tapahtumissa näkyy edelleen hänen nimensä.
card-give-button = Luovuta kortti
card-events-caption = Kortin viimeisimmät tapahtumat, uusin ensin
credential-title = Tunniste
credential-none = Ei koodattu
credential-nothing = Korttiin ei ole kirjoitettu mitään: siitä voi lukea vain numeron.
credential-caption = Mitä kortissa on tai voi olla
credential-state-active = Kortissa
credential-state-pending = Aloitettu, ehkä osittain kortissa
credential-sector = Sektori
credential-version = Avainversio
credential-issue = Koodauskerta
credential-chip = Siru
no-encoder = Yhteyttä ei ole yhteenkään koodauslaitteeseen, joten korttia ei voi nyt koodata.
encode = Koodaa laitteella …
encode-confirm = Ota tämä kortti esiin ja aseta se koodauslaitteelle. Uusi tunniste korvaa kortissa olevan.
encode-button = Koodaa
wipe = Tyhjennä palautusta varten
wipe-confirm = Sektorista tulee sellainen kuin se toimitettaessa oli. Tunnistetta vaativat ovet eväävät kortin sen jälkeen; estä se palautettuna, niin muutkin eväävät.
wipe-button = Tyhjennä
work-encode = Koodaus
work-encode-elsewhere = Koodaus toiseen sektoriin
work-wipe = Tyhjennys
encoding-line = { $work }, { $encoder }: { $state }

people-title = Henkilöt
people-search = Nimi tai ulkoinen tunniste
no-people = Ei henkilöitä.
person-add = Lisää henkilö
person-add-button = Lisää
person-name = Nimi
person-external-id = Ulkoinen tunniste
person-external-id-hint = Esimerkiksi henkilöstönumero. Ei koskaan henkilötunnus.
person-cards = Kortit
person-cards-caption = Kortit, jotka henkilöllä on, on ollut tai tulee olemaan
person-give-hint = Kortti luovutetaan henkilölle kortin omalla sivulla.
person-events-caption = Henkilön korttien tapahtumat hänen hallussaan, uusin ensin

log-title = Muutosloki
log-intro = Kaikki käyttäjien tekemät muutokset. Jokainen numero on myös se versio, joka muutoksesta alkoi.
log-number = Numero
log-operator = Käyttäjä
log-detail = Kohde
log-person = Henkilö { $number }
no-changes = Ei muutoksia.

demo-title = Näytä korttia lukijalle
demo-label = Tämä sivu kuuluu esittelyyn. Kortit ja ovet ovat keksittyjä; oikeassa toimipaikassa tällaista sivua ei ole.
demo-card = Kortti
demo-door = Ovi
demo-tap = Näytä kortti
demo-released = Lukko vapautettiin.
demo-locked = Lukko pysyi kiinni.
demo-still-released = Tämä kortti ei vapauttanut mitään; lukko on yhä vapaana edellisen jäljiltä.
demo-none = Mitään ei luettu
demo-none-text = Lukija ei havainnut mitään. Näytä korttia uudelleen.
demo-signal = Merkinanto: { $signal }
demo-wrong = Korttia ei näytetty:
signal-granted = vihreä
signal-denied = punainen
signal-none = ei mitään
signal-test = kaikki valot
signal-ends-soon = vihreä; kortti päättyy pian
signal-denied-for-good = punainen; ota yhteys turvallisuuteen
signal-try-again = yritä uudelleen
signal-second-card = vielä yksi kortti
signal-busy = pidä korttia paikallaan
signal-held-warning = sulje ovi
signal-idle-unlocked = ovi on auki
signal-idle-locked-down = lukittu kaikilta
signal-idle-offline = ei yhteyttä
signal-idle-out-of-order = epäkunnossa
demo-reader = Lukija: { $ms } ms

change-person-add = Henkilö lisätty
change-card-add = Kortti lisätty
change-card-give = Kortti luovutettu
change-card-block = Kortti estetty
change-card-unblock = Esto poistettu
change-card-list = Kortti lisätty oven listalle
change-card-unlist = Kortti poistettu oven listalta
change-card-encode-begin = Kortin koodaus aloitettu
change-card-encode = Kortti koodattu
change-card-encode-withdraw = Kortin koodaus peruttu
change-card-wipe = Kortti tyhjennetty
change-import = Henkilöitä ja kortteja tuotu
change-door-add = Ovi lisätty
change-encoder-add = Koodauslaite lisätty
change-door-mode = Oven toimintatila asetettu
change-door-settings = Oven asetukset muutettu
change-door-enrol = Kertakoodi ovelle luotu
change-door-enrolled = Ovi rekisteröity
change-door-certificate = Oven varmenne uusittu
change-door-revoke = Oven henkilöllisyys peruttu
change-certificates-adopt = Varmenteet tunnetaan taas palautuksen jälkeen
change-operator-add = Käyttäjä lisätty
change-operator-password = Käyttäjän salasana asetettu
change-token-add = Rajapinta-avain lisätty
change-token-revoke = Rajapinta-avain mitätöity
