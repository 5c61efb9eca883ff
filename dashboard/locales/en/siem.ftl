change-syslog-set = Sending of the log to a system outside (syslog) set
