change-syslog-set = Lokin lähettäminen ulkopuoliseen järjestelmään (syslog) määritetty
alarm-siem-waits = SIEM ei ota vastaan lokia
advice-siem-waits = Mitään ei katoa: loki säilyttää tapahtumat ja lähettää ne, kun SIEM vastaa taas. ”kulku-controller doctor” kertoo, mikä on esteenä: verkko tai varmenne.
