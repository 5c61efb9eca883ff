restore-title = Återställd från en säkerhetskopia
restore-banner = Återställd från en säkerhetskopia: inget sänds till dörrarna, varken spärrar eller nödlåsningar.
restore-banner-held =
    { $count ->
        [one] En dörr lämnas i fred sedan en säkerhetskopia återställdes.
       *[other] { $count } dörrar lämnas i fred sedan en säkerhetskopia återställdes.
    }
restore-banner-look = Se och avgör
restore-banner-label = Återställd från en säkerhetskopia
restore-waits = Inget sänds till dörrarna förrän du avgör.
restore-waits-about = Dörrarna fortsätter med det de har. De kan känna till spärrar, ändringar och nödlåsningar som gjordes efter kopian. Varje ansluten dörr berättar vad den vet inom ungefär en minut. Händelser som saknas här kommer tillbaka av sig själva så långt dörrarna ännu har dem.
restore-held =
    { $count ->
        [one] En dörr har inte berättat ännu. Den lämnas i fred tills den har gjort det och behandlas sedan som avgjorts.
       *[other] { $count } dörrar har inte berättat ännu. De lämnas i fred tills de har gjort det och behandlas sedan som avgjorts.
    }
restore-over = Det här är avgjort: alla dörrar följer platsen igen.
restore-never = Ingen säkerhetskopia har återställts här.
restore-at = Återställd
restore-made = Kopian gjord
restore-made-unknown = Filen säger inte när
restore-decision = Avgjort
restore-decided-keep-out = Håll ute dem som dörrarna håller ute
restore-decided-accept = Kopian har rätt
restore-known = Vad dörrarna vet som kopian inte vet
restore-concern = Skillnad
restore-concern-blocked = Spärrade vid dörrar, inte här
restore-concern-unlisted = Borttagna från dörrar, kvar i listan här
restore-concern-only-there = Släpps in vid dörrar, inte i listan här
restore-concern-unblocked = Spärrade här, inte längre vid dörrar
restore-short-blocked = Spärrat där
restore-short-unlisted = Borttaget där
restore-short-only-there = Släpps in där
restore-short-unblocked = Spärrat här
restore-cards =
    { $count ->
        [one] ett kort
       *[other] { $count } kort
    }
restore-cards-caption = Kort som dörrar nyare än kopian är oense om
restore-card = Kort
restore-there = Vid dörrar
restore-here = Här
restore-doors = Dörrar
restore-not-listed = Inte i listan
restore-passes = Släpps in
restore-unknown = Okänt
restore-nothing = Inget hindrar
restore-more = Bara de första korten visas. Talen ovan räknar alla.
restore-not-told = Dörrarna berättar inte om giltighetstider och scheman. Det som förkortats efter kopian, och användare, nycklar och regler som ändrats, måste ses över här.
restore-doors-caption = Dörrar och hur långt de har berättat
restore-door = Dörr
restore-state = Läge
restore-knows = Vad den vet
restore-newer = Listan nyare än kopian
restore-locked-down = nödlåst
restore-door-follows = Följer platsen
restore-door-told = Har berättat
restore-door-tells = Berättar
restore-door-away = Borta, har inte berättat
restore-decide = Avgör
restore-untold =
    { $count ->
        [one] En dörr har inte berättat ännu. Vänta på den om du kan; annars lämnas den i fred tills den har berättat.
       *[other] { $count } dörrar har inte berättat ännu. Vänta på dem om du kan; annars lämnas de i fred tills de har berättat.
    }
restore-keep-out-about = Kort som dörrarna håller ute spärras eller pausas här, nödlåsta dörrar förblir låsta, och sedan följer dörrarna platsen igen. Kort som hölls ute av misstag kan tas i bruk ett i taget. Kort som bara dörrarna känner till slutar öppna: lägg till dem igen först.
restore-keep-out = Håll ute dem som dörrarna håller ute
restore-reason = Varför
restore-reason-usual = En säkerhetskopia återställdes
restore-accept = Ta kopian som den är
restore-accept-about = Alla dörrar får det som kopian säger. Ett kort som spärrades efter kopian öppnar dörrar igen, och nödlåsningar upphör.
restore-accept-button = Låt dörrarna följa kopian
done-restore-decided = Avgjort. Dörrarna följer platsen igen allteftersom de har berättat.
problem-not-restored = Ingen säkerhetskopia har återställts här.
problem-is-decided = Det här är redan avgjort.
change-restore = Återställd från en säkerhetskopia
change-restore-keep-out = Efter återställning: höll ute dem som dörrarna håller ute
change-restore-accept = Efter återställning: tog kopian som den är
change-restore-door = Efter återställning: en dörr berättade senare
