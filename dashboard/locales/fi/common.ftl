# Formats are those of chrono's strftime.
format-instant = %-d.%-m.%Y klo %-H.%M.%S
format-minute = %-d.%-m.%Y klo %-H.%M

language-name = suomi
language-label = Kieli
skip-to-content = Siirry sisältöön

nav-label = Päävalikko
nav-overview = Yleiskuva
nav-events = Tapahtumat
nav-alarms = Hälytykset
nav-cards = Kortit
nav-people = Henkilöt
nav-doors = Ovet
nav-log = Muutosloki
nav-demo = Esittely

sign-in-title = Kirjaudu sisään
sign-in-intro = Toimipaikkasi kulunvalvonta.
sign-in-name = Käyttäjätunnus
sign-in-password = Salasana
sign-in-button = Kirjaudu
sign-in-wrong = Käyttäjätunnus tai salasana on väärä.
sign-in-busy = Juuri nyt kirjautuu liian moni. Yritä hetken kuluttua uudelleen.
sign-in-wait =
    { $seconds ->
        [one] Liian monta väärää salasanaa. Yritä uudelleen sekunnin kuluttua.
       *[other] Liian monta väärää salasanaa. Yritä uudelleen { $seconds } sekunnin kuluttua.
    }
sign-out = Kirjaudu ulos

window-always = Aina
window-from = { $from } alkaen
window-until = { $until } asti
window-between = { $from } – { $until }
window-from-label = Alkaa
window-until-label = Päättyy
zone-hint = Ajat ovat vyöhykkeen { $zone } aikaa. Jätä aika tyhjäksi, jos rajaa ei ole.
optional = (vapaaehtoinen)
any = Kaikki
never = Ei koskaan
seconds =
    { $seconds ->
        [one] { $seconds } sekunti
       *[other] { $seconds } sekuntia
    }

search = Hae
filter = Rajaa
filter-apply = Näytä
filter-wrong = Näin ei voi rajata. Korjaa tämä:
filter-clear = Tyhjennä
older = Vanhemmat
newest = Uusimmat
next-page = Seuraava sivu
pages-label = Sivut
reload = Lataa uudelleen
nothing-saved = Mitään ei tallennettu. Korjaa tämä:

column-time = Aika
column-what = Tapahtuma
column-door = Ovi
column-who = Kuka
column-card = Kortti
column-why = Lisätiedot
column-when = Milloin
column-action = Toiminto
column-alarm = Hälytys
column-since = Alkoi
column-last = Viimeksi
column-times = Kertoja

error-status = Tila { $status }
error-home = Yleiskuvaan
error-title-400 = Pyyntöä ei ymmärretty
error-text-400 = Osoitteessa tai lomakkeessa on jotakin väärin. Palaa takaisin ja yritä uudelleen.
error-title-401 = Et ole kirjautunut sisään
error-text-401 = Kirjaudu sisään ja yritä uudelleen.
error-title-403 = Pyyntö tuli toiselta sivustolta
error-text-403 = Turvallisuussyistä sitä ei toteutettu. Avaa tämä sivusto suoraan ja yritä uudelleen.
error-title-404 = Täällä ei ole mitään
error-text-404 = Osoite on väärä, tai sivu on poistunut.
error-title-405 = Tätä ei voi tehdä täällä
error-text-405 = Osoite on olemassa, mutta se ei ota vastaan tällaista pyyntöä.
error-title-413 = Liian paljon kerralla
error-text-413 = Lähetetty sisältö on suurempi kuin sivusto ottaa vastaan.
error-title-415 = Muotoa ei tunneta
error-text-415 = Lomake lähetettiin muodossa, jota sivusto ei lue.
error-title-422 = Jokin pyynnön tieto ei kelpaa
error-text-422 = Osoitteessa tai lomakkeessa on arvo, joka ei ole mahdollinen. Palaa takaisin ja korjaa se.
error-title-503 = Sivusto on ruuhkautunut
error-text-503 = Yritä hetken kuluttua uudelleen. Ovet toimivat itsenäisesti koko ajan.
error-title-other = Jokin meni vikaan
error-text-other = Vika ei ole sinussa, ja siitä jäi merkintä. Ovet toimivat itsenäisesti koko ajan.

done-card-added = Kortti lisättiin.
done-card-given = Kortti luovutettiin.
done-card-unblocked = Esto poistettiin.
done-card-listed = Kortti lisättiin valittujen ovien listoille.
done-card-unlisted = Kortti poistettiin oven listalta.
done-person-added = Henkilö lisättiin.
done-alarm-acknowledged = Hälytys kuitattiin.
done-door-set = Oven asetukset tallennettiin. Ovi noudattaa niitä heti, kun siihen on yhteys.
done-signed-out = Olet kirjautunut ulos.

problem-other = Tätä arvoa ei voi käyttää.
problem-empty = Anna arvo.
problem-too-long = Tämä on liian pitkä.
problem-too-many = Näitä on liikaa.
problem-hidden-character = Tässä on merkki, joka ei näy. Kirjoita tämä uudelleen liittämisen sijaan.
problem-out-of-range = Tämä on sallittujen rajojen ulkopuolella.
problem-reversed-window = Lopun on oltava alun jälkeen.
problem-unknown-door = Tällaista ovea ei ole.
problem-unknown-person = Tällaista henkilöä ei ole.
problem-unknown-code = Valitse jokin tarjotuista arvoista.
problem-random-uid = Tämä numero vaihtuu joka lukukerralla, joten se ei yksilöi korttia.
problem-duplicate = Tämä on jo olemassa.
problem-not-a-uid = Kortin numerossa on 8, 14 tai 20 heksadesimaalimerkkiä (0–9, A–F).
problem-not-a-number = Anna numero.
problem-not-a-time = Anna päivä ja kellonaika.
problem-no-such-hour = Kelloja siirretään sinä yönä eteenpäin, joten tätä kellonaikaa ei ole.
problem-no-door-chosen = Valitse vähintään yksi ovi.
problem-unknown-encoder = Tällaista koodauslaitetta ei ole.
problem-busy = Koodauslaitteella on toinen työ. Odota, kunnes se on päättynyt.
problem-demo-failed = Ovi ei ottanut korttia vastaan. Yritä uudelleen.
