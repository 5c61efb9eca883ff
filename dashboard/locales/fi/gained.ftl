# Mitä tallennettu työsuhde, oikeus tai kortti teki henkilön oville.
gained-title = Mitä tämä teki henkilön oville
gained-gives =
    { $count ->
        [one] { $count } ovi lisää
       *[other] { $count } ovea lisää
    }
gained-takes =
    { $count ->
        [one] { $count } ovi poistuu
       *[other] { $count } ovea poistuu
    }
gained-others =
    { $count ->
        [one] { $count } ovesta kuljetaan eri aikoina kuin ennen
       *[other] { $count } ovesta kuljetaan eri aikoina kuin ennen
    }
gained-nothing = Yhtään ovea ei tullut lisää eikä poistunut.
gained-hint = Tästä eteenpäin, mihin aikaan tahansa, ja riippumatta siitä, onko kortti suljettu.
