# What doors and areas are called in each language.
names-title = Names in other languages
names-hint = Whoever reads in a language sees the name that is given here. Where none is given, they see { $name }.
field-fi = Name in Finnish
field-sv = Name in Swedish
field-en = Name in English
names-save = Save the names
done-names-set = The names were saved.
change-door-names = Names of a door set
change-area-names = Names of an area set
told-door_name = Name of a door in a language
told-area_name = Name of an area in a language
field-language = Language
named-in-fi = Finnish
named-in-sv = Swedish
named-in-en = English
doors-filter-name = Name or id
