nav-import = Tuonti
import-title = Tuonti rekistereistä
import-kind = Tiedoston sisältö
import-kind-people = Henkilöt ja palvelussuhteet
import-kind-cards = Kortit
import-kind-rights = Ammattioikeudet
import-content = CSV-tiedoston sisältö
import-content-hint = Kopioi taulukosta tai tiedostosta ensimmäisen, sarakkeet nimeävän rivin kanssa. Mitään ei muutu, ennen kuin olet nähnyt muutokset.
import-end-absent = Tiedosto on täydellinen: mitä siinä ei ole, päättyy nyt (tunnisteelliset palvelussuhteet tai samojen lähteiden ammattioikeudet)
import-ignore-unknown = Ohita tuntemattomat sarakkeet
import-confirm-removals = Näin moni todella päättyy
import-look = Katso, mitä muuttuisi
import-apply = Toteuta muutokset
import-outcome = Mitä muuttuisi
import-moved = Mitään ei tuotu: tiedosto, valinnat tai tiedot eivät ole samat kuin tarkistaessasi. Katso uudelleen.
import-unread = Tiedostoa ei voi lukea. Mitään ei tuotu.
import-added = Uusia
import-changed = Muuttuvia
import-removed = Päättyviä
import-unchanged = Ennallaan
import-ignored = Ohitetaan:
import-errors =
    { $count ->
        [one] Yksi virhe. Mitään ei voi tuoda, ennen kuin se on korjattu.
       *[other] { $count } virhettä. Mitään ei voi tuoda, ennen kuin ne on korjattu.
    }
import-errors-caption = Virheet riveittäin ja sarakkeittain; 100 ensimmäistä
import-row = Rivi
import-column = Sarake
import-problem = Mikä on vialla
import-differences-caption = Tiedoston ja tietojen erot
import-what = Mitä
import-table = Taulu
import-key = Tunniste
import-columns = Eroaa sarakkeissa
import-more =
    { $count ->
        [one] Lisäksi yksi, jota ei näytetä.
       *[other] Lisäksi { $count }, joita ei näytetä.
    }
import-many-removed = Poikkeuksellisen moni päättyisi. Katkennut tiedosto näyttää tältä. Vahvista alla, jos tämä on tarkoitus.
import-columns-title = Tunnetut sarakkeet
import-columns-hint = Suomeksi, ruotsiksi tai englanniksi, missä järjestyksessä tahansa. Erottimena on puolipiste, pilkku tai sarkain. Päivät kirjoitetaan 24.11.2026 tai 2026-11-24, ja viimeinen päivä lasketaan mukaan.
import-column-person = Henkilönumero
import-column-name = Nimi
import-column-given-name = Etunimi
import-column-family-name = Sukunimi
import-column-employment = Palvelussuhde
import-column-unit = Yksikkö
import-column-title = Nimike
import-column-from = Alkaen
import-column-until = Päättyy
import-column-card = Kortti
import-column-kind = Laji
import-column-profession = Ammatti
import-column-source = Lähde
import-column-checked = Tarkistettu
import-column-external_id = Tunniste
import-column-uid = Kortti
import-column-window = Alkaen ja päättyy
import-table-people = Henkilö
import-table-employments = Palvelussuhde
import-table-rights = Ammattioikeus
import-table-cards = Kortti
import-difference-added = Uusi
import-difference-changed = Muuttuu
import-difference-removed = Päättyy
done-imported = Tiedosto tuotiin.
problem-file-empty = Ensimmäisen, sarakkeet nimeävän rivin alla ei ole rivejä.
problem-file-too-large = Tiedosto on liian suuri. Jaa se osiin.
problem-file-too-many-rows = Rivejä on yli 200 000. Jaa tiedosto osiin.
problem-file-not-text = Tämä ei ole tekstiä. Tallenna taulukko CSV-muotoon.
problem-file-unknown-columns = Näitä sarakkeita ei tunneta. Nimeä ne alla olevin nimin tai valitse ohittaminen:
problem-file-missing-columns = Nämä sarakkeet puuttuvat:
problem-file-repeated-column = Tämä sarake on kahdesti:
problem-file-json = Luetteloa ei voi lukea.
problem-file-rows = Tiedoston riveissä on virheitä.
problem-too-many-cells = Rivillä on enemmän soluja kuin ensimmäisellä.
problem-too-few-cells = Rivillä on vähemmän soluja kuin ensimmäisellä; tiedosto on ehkä katkennut.
problem-in-the-future = Tämä on tulevaisuudessa.
problem-differs = Tämä poikkeaa aiemmasta rivistä tai siitä, mitä ei voi muuttaa.
problem-needs-confirmation = Poikkeuksellisen moni päättyisi. Vahvista, että tämä on tarkoitus.
