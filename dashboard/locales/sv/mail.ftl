mail-site = hela anläggningen
mail-raised = Larm
mail-reopened = Larm på nytt
mail-reminded = Ingen har kvitterat
mail-closed = Avslutat
mail-subject = { $step }: { $kind } – { $door }
mail-text =
    { $step }: { $kind }
    Var: { $door }
    När: { $at }
    Första gången: { $first }, antal: { $count }

    Larm { $number } i Kulku. Titta och kvittera där.
