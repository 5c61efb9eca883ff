# Ovien ja alueiden nimet eri kielillä.
names-title = Nimet eri kielillä
names-hint = Lukija näkee tässä annetun nimen omalla kielellään. Jos nimeä ei ole annettu, näkyy { $name }.
field-fi = Nimi suomeksi
field-sv = Nimi ruotsiksi
field-en = Nimi englanniksi
names-save = Tallenna nimet
done-names-set = Nimet tallennettiin.
change-door-names = Oven nimet asetettu
change-area-names = Alueen nimet asetettu
told-door_name = Oven nimi kielellä
told-area_name = Alueen nimi kielellä
field-language = Kieli
named-in-fi = suomi
named-in-sv = ruotsi
named-in-en = englanti
doors-filter-name = Nimi tai tunnus
