alarm-import-refused = Tuontikansion tiedosto hylättiin
advice-import-refused = Siitä ei otettu mitään. Kansiossa refused sen vieressä oleva raportti kertoo miksi: korjaa asia rekisterissä tai tuo tiedosto kerran käsin ja poista se sitten sieltä.
