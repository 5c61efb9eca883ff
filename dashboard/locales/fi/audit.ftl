# Tapahtumat, jotka eivät muuta mitään myöhempää, ja kentät tiedoista, joilla ei ole versioita.
change-door-command = Komento ovelle pyydetty
change-card-encode-ask = Koodaus pyydetty
change-right-checked = Ammattioikeus tarkistettu
change-export = Luettelo viety tiedostoon
told-operator = Käyttäjä
told-token = Rajapinta-avain
told-site = Kohde
field-role = Rooli
field-disabled = Suljettu pois
field-second_step = Toinen vaihe
field-scope = Laajuus
