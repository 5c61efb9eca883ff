# Mikä muuttui, kuka ehti ensin, ja monta kerralla.

audit-what = Kohde
audit-which = Mikä
audit-field = Kenttä
audit-before = Ennen
audit-after = Jälkeen
audit-changed = Mikä muuttui
audit-nothing = Tämä ei muuttanut mitään, mistä säilytetään versioita.
audit-more =
    { $count ->
        [one] { $count } riviä lisää ei näytetä tässä.
       *[other] { $count } riviä lisää ei näytetä tässä.
    }
audit-all = Näytä kaikki
audit-csv = Lataa taulukkona (CSV)
audit-door = Oven tunnus
audit-added = lisätty
audit-removed = poistettu
audit-became = muuttui:
audit-yes = kyllä
audit-no = ei
audit-seconds = { $number } s
audit-milliseconds = { $number } ms
meanwhile-title = Joku muu on muuttanut tätä sillä välin
meanwhile-about = Mitään ei tallennettu: joku muu on muuttanut samaa kohdetta sen jälkeen, kun avasit lomakkeen. Vertaa ja päätä.
meanwhile-theirs = Mitä sillä välin muutettiin
meanwhile-mine = Mitä sinä syötit
meanwhile-look = Hylkää omani ja katso nykytila
meanwhile-go-on = Jatka omallani
bulk-title = Monta kerralla
bulk-about = Valitse henkilöt tai kortit luetteloista tai liitä numerot tähän:
bulk-whom = Valitut
bulk-result = Mitä tapahtuu
bulk-will = muutetaan
bulk-left-out = jätetään pois
bulk-hidden =
    { $count ->
        [one] { $count } muuta ei näytetä.
       *[other] { $count } muuta ei näytetä.
    }
bulk-unknown = Näitä numeroita ei ole kenelläkään; niille ei tehdä mitään:
bulk-group = Ryhmät
bulk-group-which = Ryhmä
bulk-cards = Kortit
bulk-cards-about = Henkilöistä tarkoitetaan heillä olevia kortteja.
bulk-end-hint = Tyhjänä: niin kauan kuin tämän lajin kortti voi olla voimassa.
bulk-suspend-cause = Keskeytyksen syy
bulk-resume-cause = Keskeytyksen päättymisen syy
bulk-csv = Lataa valitut taulukkona (CSV)
bulk-kind = Numerot ovat
bulk-kind-people = henkilöiden (tunnus rekisterissä)
bulk-kind-cards = korttien (kortin numero)
bulk-numbers = Liitä numeroluettelo
bulk-numbers-hint = Yksi riville tai pilkuin tai puolipistein erotettuna. Enintään 5 000.
bulk-next = Jatka
bulk-latest = Viimeksi tehty
bulk-none = Ei vielä mitään.
bulk-undone-by = Peruttu muutoksella
bulk-act-add-to-group = Lisää ryhmään
bulk-act-remove-from-group = Poista ryhmästä
bulk-act-set-end = Aseta voimassaolon loppu
bulk-act-suspend = Keskeytä kortit
bulk-act-resume = Päätä korttien keskeytys
bulk-chosen =
    { $count ->
        [one] { $count } valittu
       *[other] { $count } valittu
    }
bulk-becomes =
    { $count ->
        [one] { $count } muutetaan.
       *[other] { $count } muutetaan.
    }
bulk-left-out-count =
    { $count ->
        [one] { $count } jätetään pois.
       *[other] { $count } jätetään pois.
    }
bulk-cards-preview = Keskeytetty kortti ei avaa mitään, sanoivatpa säännöt mitä tahansa: alla olevat ovet kertovat vain säännöistä ja voimassaolosta.
bulk-do = Toteuta
bulk-became =
    { $count ->
        [one] { $count } muutettiin.
       *[other] { $count } muutettiin.
    }
bulk-unchanged =
    { $count ->
        [one] { $count } on ennallaan sen jälkeen ja voidaan perua.
       *[other] { $count } on ennallaan sen jälkeen ja voidaan perua.
    }
bulk-undo = Peru
bulk-all-here = Valitse kaikki tällä sivulla
bulk-choose = Valitse
bulk-choose-one = Valitse { $name }
bulk-all-matching = Kaikki haun tulokset, myös muilla sivuilla
bulk-with-chosen = Valituille …
done-bulk-done = Tehty.
done-bulk-nothing = Mitään ei ollut tehtävänä.
done-bulk-undone = Peruttu.
change-bulk-add-to-group = Monta lisätty ryhmään
change-bulk-remove-from-group = Monta poistettu ryhmästä
change-bulk-set-end = Monen kortin voimassaolon loppu asetettu
change-bulk-suspend = Monta korttia keskeytetty
change-bulk-resume = Monen kortin keskeytys päätetty
change-bulk-undo = Monelle tehty muutos peruttu
problem-one-thing-only = Kysy yhtä kohdetta kerrallaan.
problem-nobody = Kortti ei ole kenelläkään.
problem-no-member = Ei ole nimetty jäsen.
problem-holds-no-card = Hänellä ei ole korttia.
problem-is-undone = Tämä on jo peruttu.
problem-changed-meanwhile = Sitä on sillä välin muutettu.

told-card_state = Kortti
told-holding = Kortin hallussapito
told-card_credential = Kortin tunniste
told-card_certificate = Kortin varmenne
told-listing = Kortti ovella
told-employment = Palvelussuhde
told-right_to_practise = Ammattioikeus
told-person_comfort = Aika ovilla
told-group_state = Ryhmä
told-group_member = Ryhmän jäsen
told-group_match = Jäsenet säännön mukaan
told-area_state = Alue
told-area_door = Alueen ovi
told-area_passback = Takaisinkulun esto
told-schedule_state = Aikataulu
told-calendar_state = Aikavyöhyke ja pyhäpäivät
told-rule_state = Sääntö
told-door_setting = Oven asetukset
told-mode_order = Ovelle annettu määräys
told-lockdown = Sulku
told-signal_state = Ovien merkit
told-inactivity_state = Käyttämättömien korttien keskeytys
told-alarm = Hälytys
told-review = Oikeuksien katselmointi
told-review_state = Katselmointien väli
told-retention_state = Säilytysaika
told-legal_hold = Poistokielto

field-uid = Kortti
field-life = Elinkaaren vaihe
field-cause = Syy
field-blocks = Esteet
field-from_s = Alkaen
field-until_s = Saakka
field-person = Henkilö
field-as_kind = Korvaa
field-sector = Sektori
field-key_version = Pääavainten versio
field-credential = Tunniste
field-issue = Myöntö
field-state = Tila
field-chip = Siru
field-serial = Sarjanumero
field-issuer = Myöntäjä (tiiviste)
field-issuer_text = Myöntäjä
field-subject_text = Kohde
field-usage = Käyttötarkoitus
field-fingerprint = Sormenjälki
field-reason = Syy
field-list_number = Listan numero
field-list_scope = Listan rajaus
field-door = Ovi
field-number = Numero
field-external_id = Tunnus rekisterissä
field-unit = Yksikkö
field-title = Nimike
field-profession = Ammatti
field-source = Lähde
field-checked_ms = Tarkistettu
field-comfort = Mukautus
field-grp = Ryhmä
field-name = Nimi
field-kind = Kortin laji
field-area = Alue
field-hard = Estää
field-within_s = Ajassa
field-forgiven_at = Nollataan kello
field-schedule = Aikataulu
field-holiday = Pyhäpäivät
field-zone = Aikavyöhyke
field-set = Laskettavat pyhät
field-rule = Sääntö
field-effect = Vaikutus
field-note = Huomautus
field-release_ms = Avausaika
field-reading = Lukutapa
field-held_warning_ms = Varoitus auki pidosta
field-held_alarm_ms = Hälytys auki pidosta
field-long_release_ms = Pidempi avausaika
field-long_held_warning_ms = Pidempi aika varoitukseen
field-long_held_alarm_ms = Pidempi aika hälytykseen
field-exit_button = Poistumispainike
field-unlock_schedule = Avautuu aikataulun mukaan
field-unlock_first_person = Ensimmäisen henkilön jälkeen
field-two_person_s = Toinen henkilö ajassa
field-escort_s = Saattaja ajassa
field-lockout_denials = Hylkäyksiä ennen lukitusta
field-lockout_within_s = Hylkäysten aikaraja
field-lockout_for_s = Lukitus kestää
field-leads_into = Johtaa alueelle
field-leads_out_of = Johtaa alueelta
field-age_limit_s = Listan ikäraja
field-age_beyond = Ikärajan jälkeen
field-unknown_time = Kun aika on tuntematon
field-unlock = Avaa
field-lifted_reason = Purkamisen syy
field-days = Päiviä
field-owner = Vastuuhenkilö
field-group = Ryhmä
field-from = Alkaen
field-until = Saakka
field-months = Kuukausia
field-due_s = Määräpäivä
field-digest = Tiiviste
field-from_ms = Tapahtumat alkaen
field-until_ms = Tapahtumat saakka
field-ends_ms = Päättyy
field-swept = Otettu uudelleen käsittelyyn
