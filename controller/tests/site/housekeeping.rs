//! What the passing of time asks for.

use access::time::{UtcMs, UtcS, Window};
use db::site::{Actor, CardKind, ImportCard, ImportPerson, Life, NewCard};

use crate::support::{Bench, uid};

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_ended_long_ago_retires_and_one_that_has_not_stays() {
    let window = |from, until| Window::new(UtcS(from), UtcS(until));
    // Both were added in 2020, when the first one was valid.
    let actor = Actor { operator: "tester", at: UtcMs(1_600_000_000_000) };
    let bench = Bench::prepared(&[], |site| {
        let over = NewCard::new(uid(1), CardKind::Staff, window(1_600_000_000, 1_610_000_000));
        site.add_card(&actor, over).unwrap();
        site.add_card(&actor, NewCard::new(uid(2), CardKind::Staff, window(4_000_000_000, 4_010_000_000))).unwrap();
    })
    .await;
    bench.until_changed("retired", |site| site.card(&uid(1)).unwrap().life == Life::Retired).await;
    assert_ne!(bench.site().card(&uid(2)).unwrap().life, Life::Retired);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_nobody_uses_is_suspended_where_the_site_wants_that() {
    // When it came into use: longer ago than it may lie idle, and not so long that its time is over.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = UtcMs(i64::try_from(now.as_millis()).unwrap() - 200 * 86_400_000);
    let actor = Actor { operator: "tester", at };
    let bench = Bench::prepared(&[], |site| {
        let card = ImportCard { uid: uid(1), kind: CardKind::Staff, window: Window::ALWAYS, doors: vec![] };
        let person = ImportPerson { name: "Aino".to_owned(), cards: vec![card], ..ImportPerson::default() };
        site.import(&actor, &[person]).unwrap();
        site.set_inactivity(&actor, Some(90)).unwrap();
    })
    .await;
    bench.until_changed("suspended", |site| site.card(&uid(1)).unwrap().life == Life::Suspended).await;
    bench.stop().await;
}
