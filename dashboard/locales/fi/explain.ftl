nav-explain = Miksi?

event-title = Tapahtuma
event-generation = Sääntöjen muutosnumero
event-why = Miksi kävi näin
event-why-about = Kaikki on tässä niin kuin se oli sillä ovella siihen aikaan, vaikka myöhemmin olisi muutettu mitä tahansa.
event-agrees = Päätös tehtiin uudelleen siitä, mitä silloin tiedettiin, ja tulos oli sama.
event-differs = Päätös tehtiin uudelleen siitä, mitä silloin tiedettiin, ja tulos oli toinen:
event-conditions = Jokainen ehto, niin kuin se silloin oli
event-would-now = Pääsisikö tällä kortilla nyt?

say-title = Luettavaksi henkilölle
say-granted = Korttisi avasi oven { $door } { $at }.
say-denied = Korttisi ei avannut ovea { $door } { $at }.
say-do-reading = Pidä lukijalla vain yhtä korttia ja pidä se paikallaan.
say-do-listed = Kysy korttitoimistosta, pitäisikö sinulla olla kulkuoikeus tästä.
say-do-credential = Korttitoimisto voi tarkistaa kortin ja koodata sen uudelleen.
say-do-block = Tuo kortti korttitoimistoon.
say-do-card = Korttitoimisto kertoo, milloin kortti on voimassa, ja voi uusia sen.
say-do-certificate = Korttitoimisto voi uusia kortin varmenteen.
say-do-holding = Korttitoimisto voi antaa sinulle oman kortin.
say-do-right-to-practise = Pyydä esihenkilöäsi tarkistamaan ammatinharjoittamisoikeutesi.
say-do-employment = Pyydä esihenkilöäsi tarkistamaan palvelussuhteesi.
say-do-rules = Jos sinun on päästävä tästä, puhu esihenkilösi kanssa.
say-do-mode = Odota tai käytä toista reittiä.
say-do-time = Yritä hetken kuluttua uudelleen.

explain-title = Miksi, kuka ja minne
explain-intro = Kysy, pääsisikö kortilla tai henkilö ovesta, ketkä siitä pääsevät tai minne joku pääsee: nyt tai muuna aikana nykyisten sääntöjen mukaan.
explain-wrong = Tähän kysymykseen ei voi vastata. Korjaa tämä:
explain-subject = Kortin numero tai nimi
explain-at = Milloin
explain-at-hint = Jätä aika tyhjäksi, jos tarkoitat nykyhetkeä. ”Ketkä” ei tarvitse korttia eikä nimeä; ”minne” ei tarvitse ovea.
explain-ask-would = Pääsisikö tästä?
explain-ask-who = Ketkä pääsevät tästä ovesta?
explain-ask-where = Minne pääsee?
explain-choose = Ketä tarkoitat?
explain-would = Pääsisi: { $at }.
explain-would-not = Ei pääsisi: { $at }.
explain-holder = Haltija siihen aikaan
explain-who = Ketkä pääsevät
explain-who-count =
    { $count ->
        [one] { $count } kortti
       *[other] { $count } korttia
    }
explain-who-at-least = Vähintään { $count } korttia
explain-nobody = Millään kortilla ei pääse siihen aikaan.
explain-where = Minne pääsee
explain-where-count =
    { $count ->
        [one] { $count } ovi
       *[other] { $count } ovea
    }
explain-nowhere = Mikään ovi ei aukea siihen aikaan.
explain-conditions = Jokainen ehto
explain-condition = Ehto
explain-finding = Tulos
explain-codes = Koodit
explain-rules = Säännöt, jotka koskevat haltijaa tällä ovella
explain-held = Päti siihen aikaan
explain-held-yes = Kyllä
explain-held-no = Ei
explain-holds = Täyttyy
explain-fails = Ei täyty
explain-unchecked = Ei tarkasteltu
explain-unchecked-text = Päätös ei edennyt tähän tai ei tarvitse tätä.
explain-not-needed = Tällainen kortti ei edellytä tätä.
explain-right = { $profession }, lähde { $source }, tarkistettu viimeksi { $checked }
explain-listing = Tämän kortin oma poikkeus tällä ovella: { $window }
explain-as-kind = Ehdot: { $kind }
explain-list-number = Sulkulista { $number }.
explain-certificate = Sarjanumero { $serial }, myöntäjä { $issuer }: { $window }. { $state }.
explain-certificate-good = Ei suljettu
explain-certificate-revoked = Suljettu
explain-certificate-held = Keskeytetty
explain-certificate-unknown = Sulkutietoa ei ole
explain-life-ordered = Kortti on tilattu.
explain-life-delivered = Kortti on saapunut, mutta sitä ei ole otettu käyttöön.
explain-life-active = Kortti on käytössä.
explain-life-suspended = Kortin käyttö on keskeytetty.
explain-life-blocked = Kortti on estetty.
explain-life-returned = Kortti on palautettu.
explain-life-retired = Kortti on poistettu käytöstä.
absent-unknown-card = Korttia ei silloin ollut järjestelmässä.
absent-retired = Kortti oli poistettu käytöstä, joten se ei ole yhdenkään oven listalla.
absent-nobody-holds = Kortti ei ollut kenelläkään.
absent-no-rule = Mikään sääntö ei salli haltijan kulkea tästä ovesta mihinkään aikaan.
absent-never-possible = Jokin sääntö sallii haltijan kulun, mutta ei koskaan silloin, kun kaikki muut ehdot täyttyvät yhtä aikaa.
member-named = jäsen nimellä

explain-part-reading = Kortin lukeminen
explain-part-listed = Ovi tuntee kortin
explain-part-credential = Tunniste
explain-part-block = Estot
explain-part-card = Kortin voimassaolo
explain-part-certificate = Varmenne
explain-part-holding = Haltija
explain-part-right-to-practise = Ammatinharjoittamisoikeus
explain-part-employment = Palvelussuhde
explain-part-rules = Säännöt ja ajat
explain-part-mode = Oven tila
explain-part-time = Oven kello
explain-holds-reading = Yksi kortti luettiin.
explain-holds-listed = Ovi tunsi kortin.
explain-holds-credential = Tunniste oli oikea.
explain-holds-block = Mikään ei ollut esteenä.
explain-holds-card = Kortti oli voimassa.
explain-holds-certificate = Varmenne oli voimassa.
explain-holds-holding = Kortti oli haltijansa käytössä.
explain-holds-right-to-practise = Ammatinharjoittamisoikeus oli voimassa.
explain-holds-employment = Palvelussuhde oli voimassa.
explain-holds-rules = Jokin sääntö salli haltijan kulun siihen aikaan.
explain-holds-mode = Kortit ratkaisevat tällä ovella.
explain-holds-time = Ovi tiesi kellonajan.

problem-nobody-found = Tällaista korttia tai tämännimistä henkilöä ei ole.
problem-no-card = Tällä henkilöllä ei ole korttia.

explain-part-passage = Sisälläolo
explain-part-company = Seurue
explain-part-chamber = Sulkutila
explain-part-attempts = Toistuvat evätyt
explain-holds-passage = Uudelleen kulkemiselle ei ollut estettä.
explain-holds-company = Paikalla oli, kenen pitikin.
explain-holds-chamber = Sulkutilan muut ovet olivat kiinni.
explain-holds-attempts = Korttia ei ollut evätty liian usein.
say-do-passage = Ota yhteys turvallisuuteen; siellä asia voidaan korjata.
say-do-company = Tulkaa ovelle yhdessä ja näyttäkää kortit peräkkäin.
say-do-chamber = Odota, kunnes toinen ovi on kiinni, ja yritä uudelleen.
say-do-attempts = Odota minuutti ja yritä uudelleen; jos tämä jatkuu, kysy korttitoimistosta.
evidence-entered = { $who } kulki sisään ovesta { $door } { $at }.
evidence-noted = Kortti oli jo sisällä. Täällä se merkitään muistiin eikä sitä evätä.
evidence-denied = Evättiin: { $who }, { $door }, { $at }.
evidence-first = Ensimmäisen kortin haltija oli { $who }, { $door }, { $at }.
evidence-visitor = Haltija on vierailija ja tarvitsee talon henkilön seurakseen, jos ovi niin vaatii.
evidence-lockdown = Lukitus { $scope }, määrännyt { $operator } { $at }: { $reason }
evidence-last-used = Korttia käytettiin viimeksi { $at }.
evidence-never-used = Lokissa ei ole kortin aiempaa käyttöä.
event-side = Lukija
event-area = Alue
event-ordered-by = Määräsi
event-ordered-at = Määrätty
event-order = Määräys
event-reason = Ilmoitettu syy
event-outcome = Tulos
cause-inactive = pitkään käyttämättä
cause-restored = sivusto palautettiin varmuuskopiosta
