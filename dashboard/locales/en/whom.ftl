# A person by name in the filter of the log.
filter-person-hint = A part of the name, or a number. Several numbers are separated by commas.
whom-about = Several people are called “{ $name }” or something like it. Choose whose events you are looking for.
whom-more = There are more. Type more of the name.
problem-nobody-of-that-name = Nobody is called so. Try a part of the name.
events-chip-named = Person { $name }
