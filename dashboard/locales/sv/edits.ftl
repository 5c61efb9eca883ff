# Vad som ändrades, vem som hann först, och många på en gång.

audit-what = Sak
audit-which = Vilken
audit-field = Fält
audit-before = Före
audit-after = Efter
audit-changed = Vad som ändrades
audit-nothing = Inget som sparas i versioner ändrades av detta.
audit-more =
    { $count ->
        [one] { $count } rad till visas inte här.
       *[other] { $count } rader till visas inte här.
    }
audit-all = Visa allt
audit-csv = Ladda ner som tabell (CSV)
audit-door = Dörrens beteckning
audit-added = tillagd
audit-removed = borttagen
audit-became = blev
audit-yes = ja
audit-no = nej
audit-seconds = { $number } s
audit-milliseconds = { $number } ms
meanwhile-title = Någon annan har ändrat detta under tiden
meanwhile-about = Inget sparades: någon annan har ändrat samma sak sedan du öppnade formuläret. Jämför och bestäm.
meanwhile-theirs = Vad som ändrades under tiden
meanwhile-mine = Vad du angav
meanwhile-look = Släng mitt och se hur det är nu
meanwhile-go-on = Fortsätt med mitt
bulk-title = Många på en gång
bulk-about = Välj personer eller kort i listorna, eller klistra in numren här:
bulk-whom = Valda
bulk-result = Vad som händer
bulk-will = ändras
bulk-left-out = utelämnas
bulk-hidden =
    { $count ->
        [one] { $count } till visas inte.
       *[other] { $count } till visas inte.
    }
bulk-unknown = Ingen har dessa nummer; inget görs med dem:
bulk-group = Grupper
bulk-group-which = Grupp
bulk-cards = Kort
bulk-cards-about = För personer avses de kort som de innehar.
bulk-end-hint = Tomt: så länge som ett kort av sin typ får gälla.
bulk-suspend-cause = Orsak till pausen
bulk-resume-cause = Varför pausen slutar
bulk-csv = Ladda ner de valda som tabell (CSV)
bulk-kind = Numren hör till
bulk-kind-people = personer (beteckning i registret)
bulk-kind-cards = kort (kortets nummer)
bulk-numbers = Klistra in en lista med nummer
bulk-numbers-hint = Ett per rad, eller med komma eller semikolon emellan. Högst 5 000.
bulk-next = Fortsätt
bulk-latest = Gjort på sistone
bulk-none = Inget ännu.
bulk-undone-by = Återtaget genom ändring
bulk-act-add-to-group = Lägg till i en grupp
bulk-act-remove-from-group = Ta bort ur en grupp
bulk-act-set-end = Sätt giltighetens slut
bulk-act-suspend = Pausa kort
bulk-act-resume = Avsluta pausen för kort
bulk-chosen =
    { $count ->
        [one] { $count } vald
       *[other] { $count } valda
    }
bulk-becomes =
    { $count ->
        [one] { $count } ändras.
       *[other] { $count } ändras.
    }
bulk-left-out-count =
    { $count ->
        [one] { $count } utelämnas.
       *[other] { $count } utelämnas.
    }
bulk-cards-preview = Ett pausat kort öppnar inget, vad reglerna än säger: dörrarna nedan gäller bara regler och giltighet.
bulk-do = Utför
bulk-became =
    { $count ->
        [one] { $count } ändrades.
       *[other] { $count } ändrades.
    }
bulk-unchanged =
    { $count ->
        [one] { $count } har inte ändrats sedan dess och kan återtas.
       *[other] { $count } har inte ändrats sedan dess och kan återtas.
    }
bulk-undo = Återta
bulk-all-here = Välj alla på sidan
bulk-choose = Välj
bulk-choose-one = Välj { $name }
bulk-all-matching = Alla som sökningen hittar, även på andra sidor
bulk-with-chosen = Med de valda …
done-bulk-done = Det är gjort.
done-bulk-nothing = Det fanns inget att göra.
done-bulk-undone = Det återtogs.
change-bulk-add-to-group = Många tillagda i en grupp
change-bulk-remove-from-group = Många borttagna ur en grupp
change-bulk-set-end = Giltighetens slut satt för många kort
change-bulk-suspend = Många kort pausade
change-bulk-resume = Pausen avslutad för många kort
change-bulk-undo = Det som gjordes med många återtaget
problem-one-thing-only = Fråga efter en sak åt gången.
problem-nobody = Ingen har kortet.
problem-no-member = Inte medlem vid namn.
problem-holds-no-card = Har inget kort.
problem-is-undone = Detta är redan återtaget.
problem-changed-meanwhile = Det har ändrats under tiden.

told-card_state = Kort
told-holding = Innehav av ett kort
told-card_credential = Identifierare på ett kort
told-card_certificate = Kortets certifikat
told-listing = Kort vid en dörr
told-employment = Anställning
told-right_to_practise = Yrkesrättighet
told-person_comfort = Tid vid dörrar
told-group_state = Grupp
told-group_member = Medlem i en grupp
told-group_match = Medlemmar enligt regel
told-area_state = Område
told-area_door = Dörr i ett område
told-area_passback = Spärr mot återpassage
told-schedule_state = Schema
told-calendar_state = Tidszon och helgdagar
told-rule_state = Regel
told-door_setting = Dörrens inställningar
told-mode_order = Order till en dörr
told-lockdown = Nedstängning
told-signal_state = Dörrarnas signaler
told-inactivity_state = Paus för oanvända kort
told-alarm = Larm
told-review = Granskning av rättigheter
told-review_state = Granskningarnas intervall
told-retention_state = Lagringstid
told-legal_hold = Rättsligt gallringsstopp

field-uid = Kort
field-life = Livsskede
field-cause = Orsak
field-blocks = Hinder
field-from_s = Från
field-until_s = Till
field-person = Person
field-as_kind = Ersätter
field-sector = Sektor
field-key_version = Huvudnycklarnas version
field-credential = Identifierare
field-issue = Utgåva
field-state = Läge
field-chip = Krets
field-serial = Serienummer
field-issuer = Utfärdare (kontrollsumma)
field-issuer_text = Utfärdare
field-subject_text = Innehavare
field-usage = Användning
field-fingerprint = Fingeravtryck
field-reason = Orsak
field-list_number = Listans nummer
field-list_scope = Listans omfattning
field-door = Dörr
field-number = Nummer
field-external_id = Beteckning i registret
field-unit = Enhet
field-title = Titel
field-profession = Yrke
field-source = Källa
field-checked_ms = Kontrollerad
field-comfort = Anpassning
field-grp = Grupp
field-name = Namn
field-kind = Typ av kort
field-area = Område
field-hard = Nekar
field-within_s = Inom
field-forgiven_at = Nollställs klockan
field-schedule = Schema
field-holiday = Helgdagar
field-zone = Tidszon
field-set = Beräknade helgdagar
field-rule = Regel
field-effect = Verkan
field-note = Anmärkning
field-release_ms = Upplåsningstid
field-reading = Läsning
field-held_warning_ms = Varning vid uppställd dörr
field-held_alarm_ms = Larm vid uppställd dörr
field-long_release_ms = Längre upplåsningstid
field-long_held_warning_ms = Längre tid till varning
field-long_held_alarm_ms = Längre tid till larm
field-exit_button = Utpasseringsknapp
field-unlock_schedule = Låses upp enligt schema
field-unlock_first_person = Efter första personen
field-two_person_s = Andra personen inom
field-escort_s = Ledsagare inom
field-lockout_denials = Nekanden före spärr
field-lockout_within_s = Nekanden inom
field-lockout_for_s = Spärrad i
field-leads_into = Leder in i
field-leads_out_of = Leder ut ur
field-age_limit_s = Listans åldersgräns
field-age_beyond = Bortom åldersgränsen
field-unknown_time = Medan tiden är okänd
field-unlock = Låser upp
field-lifted_reason = Orsak till hävning
field-days = Dagar
field-owner = Ansvarig
field-group = Grupp
field-from = Från
field-until = Till
field-months = Månader
field-due_s = Förfaller
field-digest = Kontrollsumma
field-from_ms = Händelser från
field-until_ms = Händelser till
field-ends_ms = Slutar
field-swept = Upptagen på nytt
