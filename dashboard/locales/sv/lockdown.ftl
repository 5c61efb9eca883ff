nav-lockdown = Nödlåsning
lockdown-title = Nödlåsning
lockdown-none = Ingen nödlåsning gäller.
lockdown-banner =
    { $count ->
        [one] Nödlåsning gäller: { $scopes }
       *[other] { $count } nödlåsningar gäller: { $scopes }
    }
lockdown-banner-more = { $scopes } med flera
lockdown-banner-look = Se eller häv den
lockdown-banner-label = Nödlåsning
lockdown-scope-site = Hela anläggningen
lockdown-scope-area = Området { $name }
lockdown-scope-door = Dörren { $name }
lockdown-since = Sedan
lockdown-who = Beordrad av
lockdown-why = Varför
lockdown-until = Till
lockdown-until-lifted = Tills någon häver den
lockdown-in-force = Vid dörrarna
lockdown-at-all =
    { $all ->
        [0] Här finns ingen dörr
        [one] Gäller vid den enda dörren
       *[other] Gäller vid alla { $all } dörrar
    }
lockdown-at-some = Gäller vid { $current } av { $all } dörrar
lockdown-missing = Gäller inte vid de här dörrarna. Skicka någon dit:
lockdown-missing-offline = ingen anslutning
lockdown-missing-online = ansluten, har inte bekräftat
lockdown-missing-more =
    { $count ->
        [one] och { $count } dörr till
       *[other] och { $count } dörrar till
    }
lockdown-look-again = Se igen
lockdown-lift = Häv den här nödlåsningen
lockdown-lift-confirm = Korten avgör igen så snart dörrarna har fått veta det. En annan nödlåsning av samma dörr fortsätter.
lockdown-lift-reason = Varför den är över
lockdown-lift-button = Häv nödlåsningen
lockdown-start = Inled en nödlåsning
lockdown-start-about = Inget kort öppnar, utom de som en regel undantar. Ut kommer man alltid. Nästa sida visar vad som händer; ingenting händer innan du har bekräftat det där.
lockdown-where = Var
lockdown-areas = Områden
lockdown-doors = Dörrar
lockdown-all-doors =
    { $count ->
        [one] Hela anläggningen ({ $count } dörr)
       *[other] Hela anläggningen ({ $count } dörrar)
    }
lockdown-reason = Varför
lockdown-reason-hint = Står i loggen med ditt namn.
lockdown-reason-threat = Hot om våld
lockdown-reason-intruder = Inkräktare i byggnaden
lockdown-reason-request = På polisens begäran
lockdown-reason-drill = Övning
lockdown-until-hint = Tomt: tills någon häver den. Annars avslutar varje dörr den enligt sin egen klocka.
lockdown-look = Se vad som händer
lockdown-confirm-title = Inled en nödlåsning: { $scope }?
lockdown-nothing-yet = Ingenting har hänt än.
lockdown-will = Vad som händer
lockdown-will-doors =
    { $count ->
        [0] Här finns ingen dörr: ingenting skulle låsas.
        [one] { $count } dörr låses genast och öppnas bara för dem som nämns nedan.
       *[other] { $count } dörrar låses genast och öppnas bara för dem som nämns nedan.
    }
lockdown-will-offline =
    { $count ->
        [one] { $count } av dem saknar anslutning och låses först när den är tillbaka:
       *[other] { $count } av dem saknar anslutning och låses först när de är tillbaka:
    }
lockdown-will-exits = Ut kommer man alltid: öppningsknappar, handtag och läsarna på insidan fungerar som vanligt.
lockdown-will-modes = Det som ett schema eller en operatör har låst upp är låst så länge.
lockdown-will-until = Varje dörr avslutar den själv: { $until }.
lockdown-will-lifted = Den varar tills någon häver den.
lockdown-will-reason = Varför, som det står i loggen: { $reason }
lockdown-pass = Vem som ändå kommer in
lockdown-pass-about = De som en regel undantar, dit deras andra regler släpper in dem:
lockdown-pass-nobody = Ingen. Ingen regel undantar någon här.
lockdown-pass-caption = Regler som undantar från den här nödlåsningen
lockdown-pass-more = Det finns fler sådana regler; se reglerna.
lockdown-confirm-button =
    { $count ->
        [one] Nödlås { $count } dörr nu
       *[other] Nödlås { $count } dörrar nu
    }
lockdown-cancel = Låt bli
lockdown-past = Nödlåsningar som är över
lockdown-past-caption = De senaste nödlåsningarna som är över, nyaste först
lockdown-no-past = Det har inte varit någon nödlåsning.
lockdown-ended = Slutade
lockdown-ended-by = { $at }, { $operator }: { $reason }
lockdown-ended-itself = { $at }, av sig själv
done-lockdown-started = Nödlåsningen är på väg till dörrarna. Nedan syns var den gäller.
done-lockdown-lifted = Nödlåsningen hävdes. Anslutna dörrar får veta det genast.
problem-is-lifted = Den här nödlåsningen är redan över.
change-lockdown = Nödlåsning inledd
change-lockdown-lift = Nödlåsning hävd
lockdown-quick = Eller direkt, med ett av de här skälen
problem-gone = Det här finns inte längre.
