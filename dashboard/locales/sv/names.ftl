# Vad dörrar och områden heter på olika språk.
names-title = Namn på olika språk
names-hint = Den som läser på ett språk ser namnet som anges här. Saknas det visas { $name }.
field-fi = Namn på finska
field-sv = Namn på svenska
field-en = Namn på engelska
names-save = Spara namnen
done-names-set = Namnen sparades.
change-door-names = Dörrens namn angivna
change-area-names = Områdets namn angivna
told-door_name = Dörrens namn på ett språk
told-area_name = Områdets namn på ett språk
field-language = Språk
named-in-fi = finska
named-in-sv = svenska
named-in-en = engelska
doors-filter-name = Namn eller id
