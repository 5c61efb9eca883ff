change-syslog-set = Lokin lähettäminen ulkopuoliseen järjestelmään (syslog) määritetty
