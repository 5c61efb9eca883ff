# Henkilö nimellä tapahtumien suodattimessa.
filter-person-hint = Nimi tai sen osa, tai numero. Erota useat numerot pilkulla.
whom-about = Useammalla henkilöllä on nimi ”{ $name }” tai sellainen, jossa se on osana. Valitse, kenen tapahtumia etsit.
whom-more = Henkilöitä on enemmän. Kirjoita nimestä enemmän.
problem-nobody-of-that-name = Kenelläkään ei ole sellaista nimeä. Kokeile nimen osaa.
events-chip-named = Henkilö { $name }
