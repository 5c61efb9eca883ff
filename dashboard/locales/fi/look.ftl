# Mikä yleiskuvassa odottaa, ja toisen vaiheen ruutukoodi.
count-reviews =
    { $count ->
        [one] ryhmän oikeudet tarkistettava
       *[other] ryhmän oikeudet tarkistettava
    }
second-step-scan = Lue tämä ruutukoodi puhelimesi todennussovelluksen kameralla:
second-step-square = QR-koodi, jossa on sama avain kuin alla

contact-title = Keneen otetaan yhteyttä
contact-about = Näkyy saavutettavuusselosteessa, jonka kuka tahansa voi lukea kirjautumatta:
contact-text = Toimisto, puhelinnumero, sähköpostiosoite
contact-hint = Ei henkilöiden nimiä: vastaajana on se, joka on paikalla. Tyhjä: selosteessa kehotetaan kysymään tunnuksen antajalta.
contact-save = Tallenna
change-contact-set = Saavutettavuusselosteen yhteystieto asetettu
told-contact_state = Saavutettavuusselosteen yhteystieto
field-contact = Yhteystieto
employment-words = Ryhmät löytävät henkilöt nimikkeen ja yksikön perusteella, kirjain kirjaimelta. Kentät ehdottavat kirjoittaessasi sanoja, joita ryhmissä on.
