change-syslog-set = Sändning av loggen till ett yttre system (syslog) inställd
