change-syslog-set = Sending of the log to a system outside (syslog) set
alarm-siem-waits = The SIEM takes nothing of what is logged
advice-siem-waits = Nothing is lost: the log keeps it and sends it when the SIEM is back. “kulku-controller doctor” says what is in the way: the network, or a certificate.
