mail-site = koko kohde
mail-raised = Hälytys
mail-reopened = Hälytys uudelleen
mail-reminded = Kukaan ei ole kuitannut
mail-closed = Päättynyt
mail-subject = { $step }: { $kind } – { $door }
mail-text =
    { $step }: { $kind }
    Missä: { $door }
    Milloin: { $at }
    Ensimmäisen kerran: { $first }, kertoja: { $count }

    Hälytys { $number } Kulkussa. Katso ja kuittaa siellä.
