event-granted = Pääsy sallittu
event-denied = Pääsy evätty
event-exit-pressed = Poistumispainike
event-command-followed = Komento toteutettu
event-command-refused = Komento hylätty
event-opened = Ovi avattiin
event-opened-unreleased = Avattiin ilman vapautusta
event-closed = Ovi sulkeutui
event-journal-slow = Kirjaus viivästyi
event-started = Ovi käynnistyi
event-stopped = Ovi pysäytettiin
event-reader-blind = Lukija ei vastaa
event-reader-recovered = Lukija vastaa jälleen
event-whitelist-applied = Uusi pääsylista voimassa
event-state-applied = Uudet asetukset voimassa
event-messages-refused = Viestejä hylätty

reason-no-whitelist = Ovi ei ole koskaan saanut pääsylistaa.
reason-unknown-card = Korttia ei ole tämän oven pääsylistalla.
reason-several-cards = Lukijalla oli useampi kortti yhtä aikaa.
reason-unsupported-card = Tällaista korttia ei tueta.
reason-read-failed = Korttia ei voitu lukea.
reason-credential-unreadable = Kortin tunnistetta ei voitu varmistaa.
reason-card-blocked = Kortti on estetty.
reason-card-suspended = Kortin käyttö on keskeytetty.
reason-card-retired = Kortti on poistettu käytöstä.
reason-card-returned = Kortti on palautettu.
reason-card-not-delivered = Korttia ei ole vielä luovutettu.
reason-card-cloned = Kortista on havaittu kaksi kappaletta.
reason-blocked-otherwise = Kortti on estetty syystä, jota tämä ovi ei tunne.
reason-card-not-yet-valid = Kortti ei ole vielä voimassa.
reason-card-expired = Kortin voimassaolo on päättynyt.
reason-certificate-not-yet-valid = Varmenne ei ole vielä voimassa.
reason-certificate-expired = Varmenteen voimassaolo on päättynyt.
reason-certificate-revoked = Varmenne on sulkulistalla.
reason-right-to-practise-not-begun = Ammatinharjoittamisoikeus ei ole vielä alkanut.
reason-right-to-practise-ended = Ammatinharjoittamisoikeus on päättynyt.
reason-employment-not-begun = Palvelussuhde ei ole vielä alkanut.
reason-employment-ended = Palvelussuhde on päättynyt.
reason-holding-not-begun = Kortti ei ole vielä haltijansa käytössä.
reason-holding-ended = Kortti ei ole enää haltijansa käytössä.
reason-no-grant = Mikään ei oikeuta korttia kulkemaan tästä.
reason-grant-not-begun = Kulkuoikeus tästä ovesta ei ole vielä alkanut.
reason-grant-ended = Kulkuoikeus tästä ovesta on päättynyt.
reason-outside-schedule = Kortilla saa kulkea tästä, mutta ei tähän aikaan.
reason-locked-down = Ovi on lukittu kaikilta.
reason-time-unknown = Ovi ei tiedä kellonaikaa, ja kortin voimassaolo riippuu siitä.
reason-of-newer-version = Evätty syystä, jota tämä versio ei tunne.

action-unlock-once = Avaa kerran
action-test-signal = Kokeile merkinantoja

refusal-expired = Se tuli liian myöhään.
refusal-other-boot = Ovi on käynnistynyt välillä uudelleen.
refusal-other-session = Ovi on muodostanut välillä uuden yhteyden.
refusal-repeated = Se oli jo tehty.

command-requested = odottaa lähetystä
command-sent = lähetetty, odottaa ovea
command-followed = tehty
command-refused = ovi hylkäsi.
command-door-away = oveen ei ole yhteyttä; mitään ei jätetty odottamaan
command-expired = ovi ei vastannut ajoissa
command-look = Näytä tulos

note-clock-unknown = Oven kello ei ollut ajassa.
note-chain-broken = Ei sovi oven kirjausketjuun.
note-mifare-mini = MIFARE Mini
note-mifare-4k = MIFARE Classic 4K
note-sak = Korttityyppi { $sak }
note-waited = Levyllä kesti { $ms } ms.
note-refused =
    { $count ->
        [one] Yksi viesti
       *[other] { $count } viestiä
    }

alarm-chain-broken = Oven kirjausketju on katkennut
alarm-chain-fork = Ovi lähetti kaksi eri kirjausta samalla numerolla
alarm-chain-gap = Oven kirjauksia puuttuu
alarm-journal-slow = Oven levy on hidas
alarm-messages-refused = Ovi hylkäsi viestejä
alarm-reader-blind = Lukija ei vastaa
alarm-opened-unreleased = Ovi avattiin ilman vapautusta
alarm-forged-message = Viestissä ei ollut oven sinettiä
alarm-wire-version = Oven ohjelma on liian vanha tai liian uusi
alarm-replayed-message = Viesti tuli toisen kerran

live-on = Päivittyy
live-paused = Tauolla
live-lost = Yhteys katkesi. Yritetään uudelleen…
live-ended = Päivitys on päättynyt. Lataa sivu uudelleen.
live-pause = Tauko
live-resume = Jatka
live-new = Uusia tapahtumia:
live-denied = Evättyjä:
live-without-script = Luettelo ei päivity itsestään ilman JavaScriptiä.
