# Kuinka kauan kortin näyttö ja muutokset kestävät.
nav-health = Toimivuus
health-title = Kuinka nopea järjestelmä on
health-behind =
    { $count ->
        [0] Kaikki muutokset ovat voimassa kaikilla ovilla.
        [one] { $count } ovella kaikki muutokset eivät ole vielä voimassa.
       *[other] { $count } ovella kaikki muutokset eivät ole vielä voimassa.
    }
health-behind-away =
    { $count ->
        [one] Niistä { $count } on ilman yhteyttä: se päättää edelleen sen mukaan, mitä se tietää.
       *[other] Niistä { $count } on ilman yhteyttä: ne päättävät edelleen sen mukaan, mitä ne tietävät.
    }
health-behind-since = Pisimpään odottanut on ollut ilman muutosta alkaen { $since }.
health-behind-look = Katso nämä ovet
health-figures = Juuri nyt
health-figures-caption = Kuinka kauan kestää, luokittain laskettuna: ”≤ 20 ms” tarkoittaa, että näin suuri osa kesti enintään 20 millisekuntia.
health-what = Mitä
health-within = Aika
health-p50 = Puolet
health-p95 = 95 %
health-p99 = 99 %
health-count = Määrä
health-since = Alkaen
health-measure-tap = Kortin näytöstä päätökseen
health-measure-change = Muutoksesta ovelle
health-measure-revoke = Estosta ovelle
health-measure-late = Muutoksesta ovelle, joka oli ilman yhteyttä
health-window-hour = viime tunti
health-window-day = viime vuorokausi
health-about-tap = Siitä, kun kortti vastasi lukijalle, siihen, kun ovi päästi sisään tai hylkäsi. Ovet kertovat tämän itse enintään kerran minuutissa. Ilman yhteyttä tehdyt päätökset lasketaan, kun yhteys palaa.
health-about-change = Hallintasivuilla, tuonnilla tai komentoriviltä tehdystä muutoksesta siihen, kun oven tilatieto kertoo sen olevan voimassa. Yksi jokaisesta ovesta, jota muutos koskee ja johon oli yhteys koko ajan.
health-about-revoke = Sama muutoksista, jotka estävät kortin ovella tai poistavat sen oven luettelosta.
health-about-late = Muutokset ovilla, jotka olivat ilman yhteyttä, kun muutos tehtiin tai ennen kuin se tuli perille. Ne eivät ole missään muussa luvussa. Ohjaimen ollessa pysähdyksissä tehdyt muutokset lasketaan oven yhteyden alkamisesta.
health-nothing = –
health-not-told = ei kerrottu
health-at-most-ms = ≤ { $ms } ms
health-at-most-s = ≤ { $s } s
health-above-s = > { $s } s
health-doors = Hitaimmat ovet
health-doors-caption = Ovet viime vuorokautena: ensin muutosta odottavat, sitten hitaimmat. ”Ei kerrottu” tarkoittaa, että oven ohjelma on vanhempi eikä kerro, kuinka kauan kortin näyttö kestää.
health-taps = Kortin näyttöjä
health-tap-p50 = Näyttö, puolet
health-tap-p99 = Näyttö, 99 %
health-change-p99 = Muutos, 99 %
health-revoke-p99 = Esto, 99 %
health-late = Myöhässä
health-waiting = Odottaa alkaen
health-more =
    { $count ->
        [one] { $count } nopeampi ovi ei ole luettelossa.
       *[other] { $count } nopeampaa ovea ei ole luettelossa.
    }
health-nobody-counts = Ohjain ei vastannut, joten lukuja ei nyt ole. Lataa sivu hetken kuluttua uudelleen. Ovet tekevät päätöksensä silti.
