nav-requests = Begäran om tillträde
requests-title = Begäran om tillträde
requests-about = Den som ansvarar för en enhet begär här att någon av enhetens personer läggs till i en grupp, och någon annan beslutar. Ingen godkänner det som de själva har begärt.
requests-nav = Begäranden efter hur det gick
requests-caption = Begäranden, den nyaste först
no-requests = Det finns inga sådana begäranden.
request-group = Grupp
request-when = Medlemskap
request-reason = Motivering
request-reason-hint = Den som beslutar läser detta, och det står kvar i ändringsloggen.
request-asked-by = Begärd av
request-approve = Godkänn
request-refuse = Avslå
request-answer = Varför inte
request-withdraw = Återta
request-link = Begär tillträde
request-new-title = Begär tillträde för { $name }
request-new-about = Välj den grupp som personen borde höra till, och hur länge, och säg varför. Ingenting ändras förrän någon annan har godkänt begäran.
request-no-groups = Det finns ännu inga grupper som någon kunde höra till.
request-send = Skicka begäran
request-state-open = Öppen
request-state-approved = Godkänd
request-state-refused = Avslagen
request-state-withdrawn = Återtagen
request-state-all = Alla
count-requests =
    { $count ->
        [one] begäran om tillträde väntar på beslut
       *[other] begäranden om tillträde väntar på beslut
    }
done-request-asked = Begäran skickades. Någon annan beslutar om den.
done-request-approved = Begäran godkändes, och personen är med i gruppen.
done-request-refused = Begäran avslogs.
done-request-withdrawn = Begäran återtogs.
may-ask = att begära tillträde för en person
change-access-ask = Tillträde begärt
change-access-approve = Begäran om tillträde godkänd
change-access-refuse = Begäran om tillträde avslagen
change-access-withdraw = Begäran om tillträde återtagen
told-access_request = Begäran om tillträde
field-outcome = Utfall
field-answer = Varför inte
problem-asked-by-you = Du har själv begärt detta. Någon annan måste godkänna det.
problem-asked-by-another = Bara den som har begärt det kan återta det.
