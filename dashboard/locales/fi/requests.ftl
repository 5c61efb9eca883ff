nav-requests = Pääsypyynnöt
requests-title = Pääsypyynnöt
requests-about = Yksikön vastuuhenkilö pyytää tässä, että joku hänen henkilöistään lisätään ryhmään, ja joku toinen päättää. Kukaan ei hyväksy omaa pyyntöään.
requests-nav = Pyynnöt sen mukaan, miten niille kävi
requests-caption = Pyynnöt, uusin ensin
no-requests = Tällaisia pyyntöjä ei ole.
request-group = Ryhmä
request-when = Jäsenyys
request-reason = Perustelu
request-reason-hint = Päättäjä lukee tämän, ja se jää muutoslokiin.
request-asked-by = Pyytäjä
request-approve = Hyväksy
request-refuse = Hylkää
request-answer = Miksi ei
request-withdraw = Peru pyyntö
request-link = Pyydä pääsyä
request-new-title = Pyydä pääsyä: { $name }
request-new-about = Valitse ryhmä, johon henkilön pitäisi kuulua, ja aika, ja kerro miksi. Mikään ei muutu ennen kuin joku toinen on hyväksynyt pyynnön.
request-no-groups = Ryhmiä, joihin joku voisi kuulua, ei vielä ole.
request-send = Lähetä pyyntö
request-state-open = Avoin
request-state-approved = Hyväksytty
request-state-refused = Hylätty
request-state-withdrawn = Peruttu
request-state-all = Kaikki
count-requests =
    { $count ->
        [one] pääsypyyntö odottaa päätöstä
       *[other] pääsypyyntöä odottaa päätöstä
    }
done-request-asked = Pyyntö lähetettiin. Joku toinen päättää siitä.
done-request-approved = Pyyntö hyväksyttiin, ja henkilö on ryhmässä.
done-request-refused = Pyyntö hylättiin.
done-request-withdrawn = Pyyntö peruttiin.
may-ask = pääsyn pyytäminen henkilölle
change-access-ask = Pääsyä pyydetty
change-access-approve = Pääsypyyntö hyväksytty
change-access-refuse = Pääsypyyntö hylätty
change-access-withdraw = Pääsypyyntö peruttu
told-access_request = Pääsypyyntö
field-outcome = Ratkaisu
field-answer = Miksi ei
problem-asked-by-you = Tämä on oma pyyntösi. Jonkun toisen on hyväksyttävä se.
problem-asked-by-another = Vain pyynnön tehnyt voi perua sen.
