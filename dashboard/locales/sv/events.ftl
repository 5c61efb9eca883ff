event-granted = Tillträde beviljat
event-denied = Tillträde nekat
event-exit-pressed = Utpasseringsknapp
event-command-followed = Kommando utfört
event-command-refused = Kommando avvisat
event-opened = Dörren öppnades
event-opened-unreleased = Öppnades utan frigivning
event-closed = Dörren stängdes
event-journal-slow = Loggningen fördröjdes
event-started = Dörren startade
event-stopped = Dörren stoppades
event-reader-blind = Läsaren svarar inte
event-reader-recovered = Läsaren svarar igen
event-whitelist-applied = Ny tillträdeslista gäller
event-state-applied = Nya inställningar gäller
event-messages-refused = Meddelanden avvisade

reason-no-whitelist = Dörren har aldrig fått någon tillträdeslista.
reason-unknown-card = Kortet finns inte på den här dörrens lista.
reason-several-cards = Flera kort hölls mot läsaren samtidigt.
reason-unsupported-card = Den här korttypen stöds inte.
reason-read-failed = Kortet kunde inte läsas.
reason-credential-unreadable = Kortets identifierare kunde inte verifieras.
reason-card-blocked = Kortet är spärrat.
reason-card-suspended = Kortet är tillfälligt spärrat.
reason-card-retired = Kortet har tagits ur bruk.
reason-card-returned = Kortet har lämnats tillbaka.
reason-card-not-delivered = Kortet har inte lämnats ut än.
reason-card-cloned = Två exemplar av kortet har påträffats.
reason-blocked-otherwise = Kortet är spärrat av en orsak som dörren inte känner till.
reason-card-not-yet-valid = Kortet gäller inte än.
reason-card-expired = Kortets giltighetstid har gått ut.
reason-certificate-not-yet-valid = Certifikatet gäller inte än.
reason-certificate-expired = Certifikatets giltighetstid har gått ut.
reason-certificate-revoked = Certifikatet finns på spärrlistan.
reason-right-to-practise-not-begun = Rätten att utöva yrket har inte börjat.
reason-right-to-practise-ended = Rätten att utöva yrket har upphört.
reason-employment-not-begun = Anställningen har inte börjat.
reason-employment-ended = Anställningen har upphört.
reason-holding-not-begun = Kortet tillhör inte sin innehavare än.
reason-holding-ended = Kortet tillhör inte längre sin innehavare.
reason-no-grant = Ingenting ger kortet tillträde här.
reason-grant-not-begun = Tillståndet för den här dörren har inte börjat.
reason-grant-ended = Tillståndet för den här dörren har upphört.
reason-outside-schedule = Kortet får passera här, men inte vid den här tiden.
reason-locked-down = Dörren är låst för alla.
reason-time-unknown = Dörren vet inte vad klockan är, och kortets giltighet beror på det.
reason-of-newer-version = Nekat av en orsak som den här versionen inte känner till.

action-unlock-once = Lås upp en gång
action-test-signal = Prova signalerna

refusal-expired = Det kom för sent.
refusal-other-boot = Dörren har startat om sedan dess.
refusal-other-session = Dörren har anslutit på nytt sedan dess.
refusal-repeated = Det var redan gjort.

command-requested = väntar på att skickas
command-sent = skickat, väntar på dörren
command-followed = utfört
command-refused = dörren avvisade.
command-door-away = dörren är inte ansluten; ingenting sparades till senare
command-expired = dörren svarade inte i tid
command-look = Visa resultatet

note-clock-unknown = Dörrens klocka var inte ställd.
note-chain-broken = Passar inte i dörrens loggkedja.
note-mifare-mini = MIFARE Mini
note-mifare-4k = MIFARE Classic 4K
note-sak = Korttyp { $sak }
note-waited = Disken behövde { $ms } ms.
note-refused =
    { $count ->
        [one] Ett meddelande
       *[other] { $count } meddelanden
    }

alarm-chain-broken = Dörrens loggkedja är bruten
alarm-chain-fork = Dörren skickade två olika poster med samma nummer
alarm-chain-gap = Poster från dörren saknas
alarm-journal-slow = Dörrens disk är långsam
alarm-messages-refused = Dörren avvisade meddelanden
alarm-reader-blind = Läsaren svarar inte
alarm-opened-unreleased = Dörren öppnades utan frigivning
alarm-forged-message = Ett meddelande saknade dörrens sigill
alarm-wire-version = Dörrens program är för gammalt eller för nytt
alarm-replayed-message = Ett meddelande kom en andra gång

live-on = Uppdateras
live-paused = Pausad
live-lost = Anslutningen bröts. Försöker igen…
live-ended = Uppdateringen har upphört. Ladda om sidan.
live-pause = Pausa
live-resume = Fortsätt
live-new = Nya händelser:
live-denied = Nekade:
live-without-script = Listan uppdateras inte av sig själv utan JavaScript.
