change-syslog-set = Sändning av loggen till ett yttre system (syslog) inställd
alarm-siem-waits = SIEM tar inte emot det som loggas
advice-siem-waits = Inget går förlorat: loggen sparar allt och skickar det när SIEM svarar igen. ”kulku-controller doctor” säger vad som är i vägen: nätet eller ett certifikat.
