restore-title = Palautettu varmuuskopiosta
restore-banner = Palautettu varmuuskopiosta: oville ei lähetetä mitään, ei estoja eikä hätälukituksia.
restore-banner-held =
    { $count ->
        [one] Yksi ovi on jätetty rauhaan varmuuskopion palautuksen jälkeen.
       *[other] { $count } ovea on jätetty rauhaan varmuuskopion palautuksen jälkeen.
    }
restore-banner-look = Katso ja päätä
restore-banner-label = Palautettu varmuuskopiosta
restore-waits = Oville ei lähetetä mitään ennen kuin päätät.
restore-waits-about = Ovet jatkavat sillä, mitä niillä on. Ne voivat tietää estoista, muutoksista ja hätälukituksista, jotka tehtiin varmuuskopion jälkeen. Jokainen yhteydessä oleva ovi kertoo tietonsa noin minuutissa. Täältä puuttuvat tapahtumat palaavat itsestään siltä osin kuin ovilla on ne vielä.
restore-held =
    { $count ->
        [one] Yksi ovi ei ole vielä kertonut. Se jätetään rauhaan, kunnes se on kertonut, ja kohdellaan sitten päätöksen mukaan.
       *[other] { $count } ovea ei ole vielä kertonut. Ne jätetään rauhaan, kunnes ne ovat kertoneet, ja kohdellaan sitten päätöksen mukaan.
    }
restore-over = Asia on ratkaistu: kaikki ovet seuraavat taas sivustoa.
restore-never = Täällä ei ole palautettu varmuuskopiota.
restore-at = Palautettu
restore-made = Varmuuskopio tehty
restore-made-unknown = Tiedosto ei kerro
restore-decision = Päätös
restore-decided-keep-out = Pidetään ulkona ne, jotka ovet pitävät ulkona
restore-decided-accept = Varmuuskopio on oikeassa
restore-known = Mitä ovet tietävät enemmän kuin varmuuskopio
restore-concern = Ero
restore-concern-blocked = Estetty ovilla, ei täällä
restore-concern-unlisted = Poistettu ovilta, täällä yhä luettelossa
restore-concern-only-there = Pääsee ovilla, ei täällä luettelossa
restore-concern-unblocked = Estetty täällä, ei enää ovilla
restore-short-blocked = Estetty siellä
restore-short-unlisted = Poistettu sieltä
restore-short-only-there = Pääsee siellä
restore-short-unblocked = Estetty täällä
restore-cards =
    { $count ->
        [one] yksi kortti
       *[other] { $count } korttia
    }
restore-cards-caption = Kortit, joista varmuuskopiota uudemmat ovet ovat eri mieltä
restore-card = Kortti
restore-there = Ovilla
restore-here = Täällä
restore-doors = Ovia
restore-not-listed = Ei luettelossa
restore-passes = Pääsee
restore-unknown = Tuntematon
restore-nothing = Ei estettä
restore-more = Vain ensimmäiset kortit näytetään. Yllä olevat luvut laskevat kaikki.
restore-not-told = Ovet eivät kerro voimassaoloista eivätkä aikatauluista. Varmuuskopion jälkeen lyhennetyt voimassaolot sekä muutetut käyttäjät, tunnukset ja säännöt on tarkistettava täällä.
restore-doors-caption = Ovet ja kuinka paljon ne ovat kertoneet
restore-door = Ovi
restore-state = Tila
restore-knows = Mitä se tietää
restore-newer = Luettelo uudempi kuin varmuuskopio
restore-locked-down = hätälukittu
restore-door-follows = Seuraa sivustoa
restore-door-told = On kertonut
restore-door-tells = Kertoo
restore-door-away = Poissa, ei ole kertonut
restore-decide = Päätä
restore-untold =
    { $count ->
        [one] Yksi ovi ei ole vielä kertonut. Odota sitä, jos voit; muuten se jätetään rauhaan, kunnes se on kertonut.
       *[other] { $count } ovea ei ole vielä kertonut. Odota niitä, jos voit; muuten ne jätetään rauhaan, kunnes ne ovat kertoneet.
    }
restore-keep-out-about = Kortit, jotka ovet pitävät ulkona, estetään tai keskeytetään täällä, hätälukitut ovet pysyvät lukittuina, ja sitten ovet seuraavat taas sivustoa. Vahingossa estetyt kortit voi ottaa käyttöön yksitellen. Kortit, jotka vain ovet tuntevat, lakkaavat avaamasta: lisää ne ensin uudelleen.
restore-keep-out = Pidä ulkona ne, jotka ovet pitävät ulkona
restore-reason = Miksi
restore-reason-usual = Varmuuskopio palautettiin
restore-accept = Ota varmuuskopio sellaisenaan
restore-accept-about = Kaikki ovet saavat sen, mitä varmuuskopio sanoo. Varmuuskopion jälkeen estetty kortti avaa taas ovia, ja hätälukitukset päättyvät.
restore-accept-button = Anna ovien seurata varmuuskopiota
done-restore-decided = Päätetty. Ovet seuraavat taas sivustoa sitä mukaa kuin ovat kertoneet.
problem-not-restored = Täällä ei ole palautettu varmuuskopiota.
problem-is-decided = Tämä on jo päätetty.
change-restore = Palautettu varmuuskopiosta
change-restore-keep-out = Palautuksen jälkeen: ovien ulkona pitämät pidettiin ulkona
change-restore-accept = Palautuksen jälkeen: varmuuskopio otettiin sellaisenaan
change-restore-door = Palautuksen jälkeen: ovi kertoi myöhemmin
