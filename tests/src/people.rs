//! Made-up people with Finnish names, and cards for them: the same ones at every run.

use access::uid::Uid;

const GIVEN: [&str; 40] = [
    "Aino", "Eino", "Helmi", "Väinö", "Sofia", "Leo", "Eevi", "Elias", "Lilja", "Oliver", "Aada", "Onni", "Kerttu",
    "Toivo", "Siiri", "Veikko", "Ilona", "Arvo", "Saima", "Urho", "Maija", "Pekka", "Kaisa", "Jukka", "Anneli",
    "Seppo", "Riitta", "Antti", "Satu", "Mikko", "Åsa", "Göran", "Ebba", "Axel", "Linnea", "Sven", "Tuuli", "Otso",
    "Hilla", "Ilmari",
];

const FAMILY: [&str; 40] = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Mäkelä",
    "Hämäläinen",
    "Laine",
    "Heikkinen",
    "Koskinen",
    "Järvinen",
    "Lehtonen",
    "Lehtinen",
    "Saarinen",
    "Salminen",
    "Heinonen",
    "Niemi",
    "Heikkilä",
    "Kinnunen",
    "Salonen",
    "Turunen",
    "Salo",
    "Laitinen",
    "Rantanen",
    "Tuominen",
    "Karjalainen",
    "Jokinen",
    "Mattila",
    "Savolainen",
    "Lahtinen",
    "Ahonen",
    "Lindström",
    "Sjöberg",
    "Nyholm",
    "Backman",
    "Öhman",
    "Häkkinen",
    "Pitkänen",
    "Kettunen",
    "Väisänen",
    "Miettinen",
];

/// One person and the card that the person holds.
#[derive(Debug, Clone)]
pub struct Invented {
    /// Given and family name.
    pub name: String,
    /// What an HR system would call the person.
    pub external_id: String,
    /// The card's number: of 4 bytes for two thirds of them, of 7 for the others.
    pub uid: Uid,
}

/// The first `count` of an endless, fixed row of people. No two have the same card.
#[must_use]
pub fn invent(count: usize) -> Vec<Invented> {
    (0..count).map(one).collect()
}

fn one(number: usize) -> Invented {
    let given = GIVEN.get(number % GIVEN.len()).copied().unwrap_or_default();
    // A step that shares no factor with the number of names meets every pair once before it repeats.
    let family = FAMILY.get((number * 7 + number / GIVEN.len()) % FAMILY.len()).copied().unwrap_or_default();
    Invented { name: format!("{given} {family}"), external_id: format!("HR{:05}", 10_000 + number), uid: uid(number) }
}

/// The number goes through a mixer that can be undone, so different people have different cards that do not
/// look counted.
fn uid(number: usize) -> Uid {
    let mixed = u32::try_from(number).unwrap_or(u32::MAX).wrapping_add(1).wrapping_mul(0x9E37_79B1).to_be_bytes();
    let bytes = if number % 3 == 2 {
        // NXP's manufacturer code is 04, and a double-size number starts with it.
        let [a, b, c, d] = mixed;
        vec![0x04, a, b, c, d, 0x5A, 0x80]
    } else {
        // 08 would say "random", and 88 is the cascade tag.
        let [a, b, c, d] = mixed;
        vec![if matches!(a, 0x08 | 0x88) { 0x10 } else { a }, b, c, d]
    };
    // Four or seven bytes always make a UID; the value below is never taken.
    Uid::new(&bytes).unwrap_or_else(|_| unreachable!("four or seven bytes make a UID"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ten_thousand_people_have_ten_thousand_cards_of_both_lengths() {
        let people = invent(10_000);
        let uids: HashSet<Uid> = people.iter().map(|p| p.uid).collect();
        assert_eq!(uids.len(), people.len());
        assert!(uids.iter().any(|u| u.as_bytes().len() == 4) && uids.iter().any(|u| u.as_bytes().len() == 7));
        assert!(uids.iter().all(|u| !u.is_random()));
    }

    #[test]
    fn the_first_three_hundred_have_names_of_their_own() {
        let names: HashSet<String> = invent(300).into_iter().map(|p| p.name).collect();
        assert_eq!(names.len(), 300);
    }
}
