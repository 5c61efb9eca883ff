nav-menu = Valikko
nav-group-watch = Valvonta
nav-group-people = Henkilöt ja kortit
nav-group-doors = Ovet ja säännöt
nav-group-site = Toimipaikka
nav-help = Ohjeet
nav-accessibility = Saavutettavuus

help-title = Ohjeet
help-contents = Mitä haluat tehdä?
help-ask = Keneltä voi kysyä
help-ask-text = Kysy siltä, joka antoi sinulle tunnuksen: kulunvalvonnasta vastaa toimipaikkasi kiinteistö- tai turvallisuustoimisto.

help-lost = Estä kadonnut kortti ja anna varakortti
help-lost-1 = Hae henkilö nimellä tai kortti numerolla ja valitse henkilö.
help-lost-2 = Valitse kadonnut kortti kohdassa ”{ desk-original }”, syyksi ”{ handout-lost }” ja asiakirja, jonka näit. Kirjoita varakortin numero tai aseta kortti koodauslaitteelle.
help-lost-3 = Paina ”{ desk-hand-out-button }”. Kadonnut kortti on siitä hetkestä estetty jokaisella ovella, johon on yhteys, ja varakortti avaa samat ovet. Jos kukaan ei ole hakemassa varakorttia, estä kortti sen omalla sivulla: ”{ transition-block }”.

help-lockdown = Hätälukitse osasto tai koko toimipaikka
help-lockdown-1 = Valitse paikka ja kerro peruste; tavallisille perusteille on omat painikkeensa.
help-lockdown-2 = Lue, mitkä ovet lukittuvat ja kuka pääsee silti kulkemaan. Mitään ei ole vielä tapahtunut: hätälukitus alkaa, kun vahvistat sen.
help-lockdown-3 = Sivu kertoo sen jälkeen, millä ovilla hätälukitus ei vielä ole voimassa. Lähetä sinne joku. Ulos pääsee aina.

help-alarm = Hoida hälytys
help-alarm-1 = Avaa hälytys. Sivu kertoo, mitä se tarkoittaa ja mitä kannattaa katsoa.
help-alarm-2 = Kuittaa se ja kerro lyhyesti, mitä teet, jotta muut tietävät jonkun olevan matkalla.
help-alarm-3 = Sulje se ja kirjaa, mitä selvisi. Jos et voi nyt tehdä asialle mitään, vaimenna hälytys joksikin aikaa: se palaa itsestään.

help-refused = Selvitä, miksi joku ei päässyt sisään
help-refused-1 = Etsi torjunta tapahtumista tai henkilön tai kortin sivulta.
help-refused-2 = Avaa se. Sivulla on jokainen ehto sellaisena kuin se oli sillä hetkellä: mikä täyttyi, mikä ei ja mistä alkaen.
help-refused-3 = Lopussa on lause, jonka voit lukea henkilölle, ja tieto siitä, mikä auttaisi. Ilman leimausta voit kysyä kohdassa ”{ nav-explain }”: kuka, missä ja milloin.

help-who = Selvitä, kuka on kulkenut ovesta
help-who-1 = Avaa ”{ filter }” ja valitse ovet. Pidä Ctrl painettuna, kun valitset monta.
help-who-2 = Anna ensimmäinen ja viimeinen hetki, ja ”{ event-granted }”, jos torjunnat eivät kiinnosta.
help-who-3 = Paina ”{ filter-apply }”. Rajaus on sivun osoitteessa: sen voi tallentaa kirjanmerkiksi tai lähettää työkaverille.

help-new = Anna uudelle työntekijälle työn vaatimat oikeudet
help-new-1 = Lisää henkilö ja henkilöstörekisterin numero, jos sellainen on. Ei koskaan henkilötunnusta.
help-new-2 = Lisää palvelussuhde: yksikkö ja nimike. Henkilö kuuluu sen jälkeen ryhmiin, jotka mainitsevat yksikön tai nimikkeen, ja ryhmien säännöt avaavat ovet: samat kuin työkavereille.
help-new-3 = Anna kortti kortin sivulla tai palvelupisteessä. Henkilön sivulla näkyy, minne se avaa ja miksi.

help-leaves = Joku lähtee talosta
help-leaves-1 = Päätä palvelussuhde henkilön sivulla. Viimeinen päivä on kokonaan voimassa; palvelussuhdetta edellyttävät kortit eivät avaa mitään sen jälkeen.
help-leaves-2 = Ota kortti vastaan sen sivulla: ”{ transition-return }”. Jos se ei tule takaisin, estä se.

help-import = Tuo luettelo henkilöistä
help-import-1 = Valitse, mitä tiedostossa on, ja liitä sen rivit otsikkoriveineen. Pilkut, puolipisteet ja sarkaimet käyvät.
help-import-2 = Paina ”{ import-look }”. Mitään ei vielä tallenneta: jokainen virhe näytetään riveineen ja jokainen muutos luetellaan.
help-import-3 = Paina ”{ import-apply }”. Kaikki tallennetaan kerralla, tai ei mitään.

help-holiday = Lisää arkipyhä
help-holiday-1 = Kirjoita päivä kohtaan ”{ holiday-add }”. Lasketun arkipyhän voi myös ottaa pois.
help-holiday-2 = Katso, mikä muuttuu, ja tallenna. Jokainen ovi, johon on yhteys, saa sen muutamassa sekunnissa.

help-offline = Oveen ei ole yhteyttä
help-offline-1 = Ovi jatkaa itsenäisesti sillä listalla, joka sillä on, ja säilyttää tapahtumat, kunnes yhteys palaa. Mitään ei katoa.
help-offline-2 = Se ei voi tietää, mitä olet sen jälkeen muuttanut. Jos jokin kortti ei saa avata siellä, lähetä sinne joku ja katso kortin sivulta, missä esto on voimassa.

help-language = Vaihda kieli
help-language-1 = Paina minkä tahansa sivun yläreunassa FI, SV tai EN.
help-language-2 = Valinta seuraa sinua joka tietokoneella ja säilyy tässä selaimessa uloskirjautumisen jälkeenkin.

help-keyboard = Käytä ilman hiirtä
help-keyboard-1 = Sarkain vie seuraavaan kohtaan ja vaihtonäppäin ja sarkain edelliseen. Enter seuraa linkkiä tai painaa painiketta, ja välilyönti avaa piilotetun osan tai vaihtaa valintaruudun.
help-keyboard-2 = Ensimmäinen sarkaimen painallus tarjoaa joka sivulla siirtymistä sisältöön.
help-keyboard-3 = Esc sulkee valikon. Mikään näppäin ei yksinään tee mitään, joten ruudunlukijan näppäimet toimivat aina.

accessibility-title = Saavutettavuusseloste
accessibility-about = Tämä seloste koskee toimipaikkasi kulunvalvontajärjestelmän Kulku sivuja. Ovet, lukijat ja lukot eivät kuulu siihen.
accessibility-state = Kuinka saavutettavia sivut ovat
accessibility-state-text = Sivut on tehty noudattamaan verkkosisällön saavutettavuusohjeita (WCAG) 2.1, tasot A ja AA. Automaattiset tarkistukset eivät löydä niistä poikkeamia. Ulkopuolinen ei ole vielä arvioinut sivuja.
accessibility-checked = Mitä jokaisesta versiosta tarkistetaan
accessibility-checked-rules = Jokainen sivu verrataan oikeassa selaimessa axe-coren sääntöihin: suomeksi, ruotsiksi ja englanniksi, vaaleana ja tummana, leveydellä 320–1 920 kuvapistettä. Yhtään poikkeamaa ei hyväksytä, eikä yksikään sivu vieri sivusuunnassa.
accessibility-checked-keyboard = Jokainen sivu käydään läpi pelkällä sarkaimella: kaikkeen pääsee, kohdistus näkyy eikä mikään jää sitä pitämään.
accessibility-checked-colour = Mitään ei kerrota pelkällä värillä: vieressä on sana ja merkki.
accessibility-checked-script = Kaikki toimii ilman JavaScriptiä. Silloin vain tapahtumien seuranta on ladattava uudelleen käsin.
accessibility-checked-live = Tapahtumien seurannan voi pysäyttää, ja se kertoo ruudunlukijalle lyhyen yhteenvedon eikä jokaista riviä.
accessibility-gaps = Mitä ei tiedetä tai mikä ei vielä riitä
accessibility-gaps-people = Kukaan, joka käyttää päivittäin ruudunlukijaa, suurennusta tai puheohjausta, ei ole vielä kokeillut näitä sivuja.
accessibility-gaps-rules = Sääntöjen taulukko on leveä: kapealla näytöllä siitä tulee yksi pitkä luettelo.
accessibility-gaps-own = Henkilöiden, ryhmien ja aikataulujen nimet näkyvät niin kuin toimipaikka on ne kirjoittanut, sillä yhdellä kielellä; samoin niiden ovien ja alueiden, joille toimipaikka ei ole antanut nimeä kielelläsi.
accessibility-tell = Kerro, mikä on esteenä
accessibility-tell-text = Sieltä saat tarvitsemasi tiedon myös muussa muodossa, ja sieltä välitetään eteenpäin, mitä on korjattava.
accessibility-law = Jos toimipaikkaasi koskee laki digitaalisten palvelujen tarjoamisesta (306/2019) etkä saa vastausta kahdessa viikossa, voit kääntyä saavutettavuutta valvovan Liikenne- ja viestintävirasto Traficomin puoleen.
