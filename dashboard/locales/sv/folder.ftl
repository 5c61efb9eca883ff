alarm-import-refused = En fil i importmappen avvisades
advice-import-refused = Inget av den togs emot. Rapporten bredvid den i mappen refused säger varför: rätta det i registret eller importera filen en gång för hand, och ta sedan bort den därifrån.
