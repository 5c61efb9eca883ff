nav-menu = Meny
nav-group-watch = Övervakning
nav-group-people = Personer och kort
nav-group-doors = Dörrar och regler
nav-group-site = Verksamhetsställe
nav-help = Hjälp
nav-accessibility = Tillgänglighet

help-title = Hjälp
help-contents = Vad vill du göra?
help-ask = Någon att fråga
help-ask-text = Fråga den som gav dig ditt konto: fastighets- eller säkerhetskontoret som sköter passerkontrollen på ditt verksamhetsställe.

help-lost = Spärra ett borttappat kort och lämna ut ett reservkort
help-lost-1 = Sök personen med namn eller kortet med nummer, och välj personen.
help-lost-2 = Välj det borttappade kortet vid ”{ desk-original }”, orsaken ”{ handout-lost }” och den identitetshandling som du har granskat. Skriv reservkortets nummer, eller lägg det på kodaren.
help-lost-3 = Tryck på ”{ desk-hand-out-button }”. Från den stunden är det borttappade kortet spärrat vid varje ansluten dörr, och reservkortet öppnar samma dörrar. Om ingen är där för att ta emot ett reservkort, spärra kortet på dess egen sida: ”{ transition-block }”.

help-lockdown = Nödlås en avdelning eller hela verksamhetsstället
help-lockdown-1 = Välj var och ange varför; för de vanliga skälen finns det egna knappar.
help-lockdown-2 = Läs vilka dörrar som låses och vem som ändå kommer igenom. Ingenting har hänt ännu: nödlåsningen börjar när du bekräftar den.
help-lockdown-3 = Sidan nämner sedan varje dörr där nödlåsningen ännu inte gäller. Skicka dit någon. Ut kommer man alltid.

help-alarm = Ta hand om ett larm
help-alarm-1 = Öppna larmet. Sidan säger vad det betyder och vad du bör titta på.
help-alarm-2 = Kvittera det med ett ord om vad du gör, så att andra vet att någon är på väg.
help-alarm-3 = Stäng det och skriv vad som kom fram. Om du inte kan göra något åt det just nu, tysta larmet en tid: det kommer tillbaka av sig självt.

help-refused = Ta reda på varför någon inte släpptes in
help-refused-1 = Leta upp avslaget bland händelserna, eller via personen eller kortet.
help-refused-2 = Öppna det. Varje villkor står där som det var i det ögonblicket: vad som uppfylldes, vad som inte gjorde det och sedan när.
help-refused-3 = Sist står en mening att läsa upp för personen, och vad som skulle hjälpa. Utan att någon visat ett kort kan du fråga under ”{ nav-explain }”: vem, var och när.

help-who = Ta reda på vem som har gått genom en dörr
help-who-1 = Öppna ”{ filter }” och välj dörrarna. Håll ned Ctrl för att välja flera.
help-who-2 = Ange den första och den sista stunden, och ”{ event-granted }” om avslagen inte är viktiga.
help-who-3 = Tryck på ”{ filter-apply }”. Filtret står i sidans adress: den kan sparas som bokmärke eller skickas till en kollega.

help-new = Ge en nyanställd den behörighet som arbetet kräver
help-new-1 = Lägg till personen, med numret från personalregistret om det finns ett. Aldrig en personbeteckning.
help-new-2 = Lägg till en anställning med enhet och titel. Personen hör därefter till de grupper som nämner enheten eller titeln, och gruppernas regler öppnar dörrarna: samma som för kollegerna.
help-new-3 = Ge ett kort på kortets sida eller i expeditionen. På personens sida står sedan vart det öppnar, och varför.

help-leaves = Någon slutar
help-leaves-1 = Avsluta anställningen på personens sida. Den sista dagen gäller helt; kort som kräver en anställning öppnar ingenting därefter.
help-leaves-2 = Ta emot kortet på dess sida: ”{ transition-return }”. Om det inte kommer tillbaka, spärra det.

help-import = Ta in en lista över personer
help-import-1 = Välj vad filen innehåller, och klistra in dess rader med rubrikraden. Kommatecken, semikolon och tabbar går bra.
help-import-2 = Tryck på ”{ import-look }”. Ingenting sparas ännu: varje fel nämns med sin rad, och varje ändring räknas upp.
help-import-3 = Tryck på ”{ import-apply }”. Allt sparas på en gång, eller ingenting.

help-holiday = Lägg till en helgdag
help-holiday-1 = Skriv datumet vid ”{ holiday-add }”. En beräknad helgdag kan i stället tas bort.
help-holiday-2 = Se vad som ändras, och spara. Varje ansluten dörr har det inom några sekunder.

help-offline = En dörr saknar anslutning
help-offline-1 = Dörren fortsätter på egen hand med den lista som den har, och sparar det som händer tills anslutningen är tillbaka. Ingenting går förlorat.
help-offline-2 = Den kan inte veta vad du har ändrat sedan dess. Om ett kort inte får öppna där, skicka någon dit och se på kortets sida var spärren gäller.

help-language = Byt språk
help-language-1 = Tryck på FI, SV eller EN högst upp på vilken sida som helst.
help-language-2 = Valet följer dig på varje dator, och gäller i den här webbläsaren också när du har loggat ut.

help-keyboard = Arbeta utan mus
help-keyboard-1 = Tabb går till nästa ställe och skift och tabb till det förra. Retur följer en länk eller trycker på en knapp, och blanksteg öppnar det som är ihopfällt eller ändrar en kryssruta.
help-keyboard-2 = Den första tabben på varje sida erbjuder att gå direkt till innehållet.
help-keyboard-3 = Esc stänger menyn. Ingen tangent gör något ensam, så skärmläsarens tangenter fungerar alltid.

accessibility-title = Tillgänglighetsutlåtande
accessibility-about = Det här utlåtandet gäller sidorna i passerkontrollsystemet Kulku på ditt verksamhetsställe. Dörrar, läsare och lås hör inte till det.
accessibility-state = Hur tillgängliga sidorna är
accessibility-state-text = Sidorna är gjorda för att följa riktlinjerna för tillgängligt webbinnehåll (WCAG) 2.1, nivåerna A och AA. Automatiska kontroller hittar inga avvikelser. Ingen utomstående har ännu bedömt dem.
accessibility-checked = Vad som kontrolleras i varje version
accessibility-checked-rules = Varje sida prövas i en riktig webbläsare mot reglerna i axe-core: på finska, svenska och engelska, ljus och mörk, 320 till 1 920 bildpunkter bred. Inte en enda avvikelse godtas, och ingen sida rullar i sidled.
accessibility-checked-keyboard = Varje sida gås igenom enbart med tabbtangenten: allt går att nå, fokus syns och ingenting håller det kvar.
accessibility-checked-colour = Ingenting sägs med enbart färg: ett ord och ett tecken står bredvid.
accessibility-checked-script = Allt fungerar utan JavaScript. Då måste endast den direkta händelselistan laddas om för hand.
accessibility-checked-live = Den direkta listan kan pausas, och säger en kort sammanfattning till en skärmläsare i stället för varje rad.
accessibility-gaps = Vad som inte är känt eller inte räcker till
accessibility-gaps-people = Ingen som dagligen använder skärmläsare, förstoring eller röststyrning har ännu prövat sidorna.
accessibility-gaps-rules = Regelmatrisen är bred: på en smal skärm blir den en enda lång lista.
accessibility-gaps-own = Namn på personer, grupper och scheman visas så som verksamhetsstället har skrivit in dem, på det språket; så också namnen på de dörrar och områden som verksamhetsstället inte har gett något namn på ditt språk.
accessibility-tell = Berätta vad som är i vägen
accessibility-tell-text = Där får du det du behöver också i annan form, och därifrån förs vidare vad som behöver rättas till.
accessibility-law = Om lagen om tillhandahållande av digitala tjänster (306/2019) gäller ditt verksamhetsställe och du inte får svar inom två veckor, kan du vända dig till Transport- och kommunikationsverket Traficom, som övervakar tillgängligheten.
