nav-lockdown = Hätälukitus
lockdown-title = Hätälukitus
lockdown-none = Hätälukitusta ei ole voimassa.
lockdown-banner =
    { $count ->
        [one] Hätälukitus voimassa: { $scopes }
       *[other] { $count } hätälukitusta voimassa: { $scopes }
    }
lockdown-banner-more = { $scopes } ja muita
lockdown-banner-look = Katso tai pura
lockdown-banner-label = Hätälukitus
lockdown-scope-site = Koko toimipaikka
lockdown-scope-area = Alue { $name }
lockdown-scope-door = Ovi { $name }
lockdown-since = Alkoi
lockdown-who = Määrääjä
lockdown-why = Peruste
lockdown-until = Päättyy
lockdown-until-lifted = Kun joku purkaa sen
lockdown-in-force = Ovilla
lockdown-at-all =
    { $all ->
        [0] Tässä ei ole yhtään ovea
        [one] Voimassa ainoalla ovella
       *[other] Voimassa kaikilla { $all } ovella
    }
lockdown-at-some = Voimassa { $current } ovella { $all } ovesta
lockdown-missing = Ei voimassa näillä ovilla. Lähetä sinne joku:
lockdown-missing-offline = ei yhteyttä
lockdown-missing-online = yhteydessä, ei ole vahvistanut
lockdown-missing-more =
    { $count ->
        [one] ja { $count } ovi lisää
       *[other] ja { $count } ovea lisää
    }
lockdown-look-again = Katso uudelleen
lockdown-lift = Pura tämä hätälukitus
lockdown-lift-confirm = Kortit ratkaisevat taas, kun ovet ovat saaneet tiedon. Saman oven toinen hätälukitus jatkuu.
lockdown-lift-reason = Miksi se on ohi
lockdown-lift-button = Pura hätälukitus
lockdown-start = Aloita hätälukitus
lockdown-start-about = Mikään kortti ei avaa, paitsi niiden kortit, jotka jokin sääntö vapauttaa. Ulos pääsee aina. Seuraava sivu näyttää, mitä tapahtuu; mitään ei tapahdu, ennen kuin vahvistat siellä.
lockdown-where = Missä
lockdown-areas = Alueet
lockdown-doors = Ovet
lockdown-all-doors =
    { $count ->
        [one] Koko toimipaikka ({ $count } ovi)
       *[other] Koko toimipaikka ({ $count } ovea)
    }
lockdown-reason = Peruste
lockdown-reason-hint = Jää lokiin nimesi kanssa.
lockdown-reason-threat = Väkivallan uhka
lockdown-reason-intruder = Tunkeutuja rakennuksessa
lockdown-reason-request = Poliisin pyyntö
lockdown-reason-drill = Harjoitus
lockdown-until-hint = Tyhjä: kunnes joku purkaa sen. Muuten jokainen ovi päättää sen oman kellonsa mukaan.
lockdown-look = Katso, mitä tapahtuu
lockdown-confirm-title = Aloitetaanko hätälukitus: { $scope }?
lockdown-nothing-yet = Mitään ei ole vielä tapahtunut.
lockdown-will = Mitä tapahtuu
lockdown-will-doors =
    { $count ->
        [0] Tässä ei ole yhtään ovea: mitään ei lukittuisi.
        [one] { $count } ovi lukittuu heti ja aukeaa vain alla mainituille.
       *[other] { $count } ovea lukittuu heti ja aukeaa vain alla mainituille.
    }
lockdown-will-offline =
    { $count ->
        [one] Niistä { $count } on ilman yhteyttä ja lukittuu vasta yhteyden palattua:
       *[other] Niistä { $count } on ilman yhteyttä ja lukittuu vasta yhteyden palattua:
    }
lockdown-will-exits = Ulos pääsee aina: avauspainikkeet, kahvat ja sisäpuolen lukijat toimivat edelleen.
lockdown-will-modes = Aikataulun tai operaattorin avaamat ovet lukitaan siksi ajaksi.
lockdown-will-until = Jokainen ovi päättää sen itse: { $until }.
lockdown-will-lifted = Se kestää, kunnes joku purkaa sen.
lockdown-will-reason = Peruste, joka jää lokiin: { $reason }
lockdown-pass = Kuka pääsee silti
lockdown-pass-about = Ne, jotka jokin sääntö vapauttaa hätälukituksesta, sinne minne he muutenkin pääsevät:
lockdown-pass-nobody = Ei kukaan. Mikään sääntö ei vapauta ketään hätälukituksesta täällä.
lockdown-pass-caption = Säännöt, jotka vapauttavat tästä hätälukituksesta
lockdown-pass-more = Tällaisia sääntöjä on enemmän; katso säännöt.
lockdown-confirm-button =
    { $count ->
        [one] Hätälukitse { $count } ovi nyt
       *[other] Hätälukitse { $count } ovea nyt
    }
lockdown-cancel = Peru
lockdown-past = Päättyneet hätälukitukset
lockdown-past-caption = Viimeisimmät päättyneet hätälukitukset, uusin ensin
lockdown-no-past = Hätälukituksia ei ole ollut.
lockdown-ended = Päättyi
lockdown-ended-by = { $at }, { $operator }: { $reason }
lockdown-ended-itself = { $at }, itsestään
done-lockdown-started = Hätälukitus on matkalla oville. Alla näkyy, missä se on voimassa.
done-lockdown-lifted = Hätälukitus purettiin. Yhteydessä olevat ovet saavat tiedon heti.
problem-is-lifted = Tämä hätälukitus on jo päättynyt.
change-lockdown = Hätälukitus aloitettu
change-lockdown-lift = Hätälukitus purettu
lockdown-quick = Tai suoraan jollakin näistä perusteista
problem-gone = Tätä ei enää ole.
