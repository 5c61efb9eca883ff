# En person med namn i loggens filter.
filter-person-hint = Namnet eller en del av det, eller ett nummer. Skilj flera nummer åt med kommatecken.
whom-about = Flera personer heter ”{ $name }” eller något liknande. Välj vems händelser du söker.
whom-more = Det finns fler. Skriv mer av namnet.
problem-nobody-of-that-name = Ingen heter så. Pröva en del av namnet.
events-chip-named = Person { $name }
