//! Who may sign in, and for how long.

use access::time::UtcMs;
use db::site::{Invited, NewToken, Role, SessionOf, SiteError};

use crate::support::{ACTOR, Bench, NOW, problem};

const HASH: &str = "$argon2id$v=19$made-up";

#[test]
fn an_operator_has_a_name_of_its_own_a_password_and_a_language() {
    let bench = Bench::new();
    assert!(!bench.site.operators_exist().unwrap());
    let add = |name: &str, hash: &str| bench.site.add_operator(&ACTOR, name, hash);
    assert_eq!(problem(add("", HASH)), ("name", "empty"));
    assert_eq!(problem(add(&"o".repeat(65), HASH)), ("name", "too-long"));
    assert_eq!(problem(add("olli", "")), ("password", "empty"));
    let olli = add("olli", HASH).unwrap();
    assert!(matches!(add("olli", HASH), Err(SiteError::Conflict { what: "operator", .. })));
    assert!(bench.site.operators_exist().unwrap());
    bench.site.set_password(&ACTOR, olli.id, "$other").unwrap();
    bench.site.set_language(olli.id, Some("fi")).unwrap();
    let read = bench.site.operator("olli").unwrap().unwrap();
    assert_eq!((read.password_hash.as_str(), read.language.as_deref()), ("$other", Some("fi")));
    bench.site.set_language(olli.id, None).unwrap();
    assert_eq!(bench.site.operator("olli").unwrap().unwrap().language, None);
    assert_eq!(bench.site.operator("nobody").unwrap(), None);
    assert!(!format!("{olli:?}").contains("argon2"), "a hash stays out of logs");
}

fn token(operator: i64, sha256: [u8; 32], expires: Option<UtcMs>) -> NewToken<'static> {
    NewToken { operator, label: "till", sha256, scope: "read", expires }
}

#[test]
fn what_is_unknown_or_endless_is_refused() {
    let bench = Bench::new();
    let unknown = |result: Result<(), SiteError>| assert!(matches!(result, Err(SiteError::NotFound { .. })));
    unknown(bench.site.set_password(&ACTOR, 9, HASH));
    unknown(bench.site.set_language(9, None));
    unknown(bench.site.add_token(&ACTOR, &token(9, [1; 32], None)).map(|_| ()));
    unknown(bench.site.revoke_token(&ACTOR, 9));
    assert_eq!(problem(bench.site.set_language(9, Some(&"f".repeat(17)))), ("language", "too-long"));
    assert_eq!(bench.latest().0, 0);
}

#[test]
fn a_token_counts_until_it_expires_or_is_revoked() {
    let bench = Bench::new();
    let olli = bench.site.add_operator(&ACTOR, "olli", HASH).unwrap();
    let add = |digest, expires| bench.site.add_token(&ACTOR, &token(olli.id, digest, expires));
    let short = Some(UtcMs(NOW.0 + 10));
    add([1; 32], short).unwrap();
    let id = add([2; 32], None).unwrap();
    assert!(matches!(add([2; 32], None), Err(SiteError::Conflict { what: "token", .. })));
    let whose = |digest, at| bench.site.token_holder(digest, UtcMs(at)).unwrap();
    let (holder, scope) = whose([1; 32], NOW.0 + 9).unwrap();
    assert_eq!((holder.name.as_str(), scope.as_str()), ("olli", "read"));
    let listed = bench.site.tokens(Some(olli.id)).unwrap();
    assert_eq!(listed.iter().map(|token| token.used).collect::<Vec<_>>(), [None, Some(UtcMs(NOW.0 + 9))]);
    assert!(whose([1; 32], NOW.0 + 10).is_none());
    assert!(whose([3; 32], NOW.0).is_none());
    assert!(whose([2; 32], i64::MAX).is_some());
    bench.site.revoke_token(&ACTOR, id).unwrap();
    let before = bench.latest();
    bench.site.revoke_token(&ACTOR, id).unwrap();
    assert_eq!(bench.latest(), before);
    assert!(whose([2; 32], NOW.0).is_none());
}

#[test]
fn a_session_is_kept_until_it_expires_or_is_deleted() {
    let bench = Bench::new();
    let save = |id: &str, data: &[u8], expires| bench.site.session_save(id, data, None, UtcMs(expires));
    let load = |id: &str, at| bench.site.session_load(id, UtcMs(at)).unwrap();
    save("a", b"one", 10).unwrap();
    save("a", b"two", 20).unwrap();
    save("b", b"three", 30).unwrap();
    assert_eq!(load("a", 19).as_deref(), Some(&b"two"[..]));
    assert_eq!(load("a", 20), None);
    assert_eq!(bench.site.sessions_purge(UtcMs(20)).unwrap(), 1);
    assert_eq!(load("a", 0), None);
    bench.site.session_delete("b").unwrap();
    bench.site.session_delete("b").unwrap();
    assert_eq!(load("b", 0), None);
    assert_eq!(problem(save("", b"", 1)), ("session", "empty"));
    assert_eq!(problem(save(&"s".repeat(129), b"", 1)), ("session", "too-long"));
    assert_eq!(problem(save("s", &[0; 16_385], 1)), ("session", "too-long"));
    assert_eq!(bench.latest().0, 0, "sessions decide nothing");
}

#[test]
fn a_session_that_was_ended_is_not_brought_back_by_a_request_that_was_on_its_way() {
    let bench = Bench::new();
    let of = SessionOf { operator: "olli".to_owned(), since: NOW, seen: NOW };
    let end = UtcMs(NOW.0 + 1_000);
    bench.site.session_save("a", b"one", Some(&of), end).unwrap();
    bench.site.session_save("b", b"one", Some(&of), end).unwrap();
    bench.site.session_save("c", b"nobody", None, end).unwrap();
    assert_eq!(bench.site.sessions(Some("olli"), NOW).unwrap().len(), 2);
    assert!(bench.site.sessions(Some("maija"), NOW).unwrap().is_empty());
    assert!(matches!(bench.site.end_session(&ACTOR, "a", Some("maija")), Err(SiteError::NotFound { .. })));
    bench.site.end_session(&ACTOR, "a", Some("olli")).unwrap();
    bench.site.session_keep("a", b"two", Some(&of), end).unwrap();
    assert_eq!(bench.site.session_load("a", NOW).unwrap(), None);
    let kept = bench.site.sessions(None, NOW).unwrap();
    assert_eq!(kept.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(bench.site.change_log(None, 1).unwrap()[0].action, "session-end");
}

#[test]
fn a_link_gives_one_password_and_the_site_keeps_an_admin() {
    let bench = Bench::new();
    let (later, over) = (UtcMs(NOW.0 + 10), UtcMs(NOW.0 + 11));
    assert!(bench.site.invite_first([1; 32], later).unwrap());
    assert!(bench.site.invite_first([2; 32], later).unwrap(), "the newest start's link is the one that counts");
    let invitation = |digest, at| bench.site.invitation(digest, at).unwrap();
    assert_eq!(
        (invitation([1; 32], NOW), invitation([2; 32], NOW), invitation([2; 32], over)),
        (None, Some(Invited::First), None)
    );
    let accept = |digest, name: &str, at| bench.site.accept_invitation(digest, name, HASH, at);
    let maija = accept([2; 32], "maija", NOW).unwrap();
    assert_eq!((maija.role, maija.disabled), (Role::Admin, false));
    assert!(matches!(accept([2; 32], "thief", NOW), Err(SiteError::NotFound { .. })));
    assert!(!bench.site.invite_first([3; 32], later).unwrap(), "the site has begun");

    let olli = bench.site.invite_operator(&ACTOR, "olli", Role::Admin, ([4; 32], later)).unwrap();
    assert_eq!(invitation([4; 32], NOW), Some(Invited::Operator("olli".to_owned())));
    let last = |result: Result<(), SiteError>| {
        assert!(matches!(result, Err(SiteError::Refused { problem: "last-admin", .. })), "{result:?}");
    };
    last(bench.site.set_role(&ACTOR, maija.id, Role::Desk));
    last(bench.site.set_disabled(&ACTOR, maija.id, true));
    assert_eq!(accept([4; 32], "another", NOW).unwrap().name, "olli", "the link is for one name");
    bench.site.set_role(&ACTOR, maija.id, Role::Desk).unwrap();
    let before = bench.latest();
    bench.site.set_role(&ACTOR, maija.id, Role::Desk).unwrap();
    assert_eq!(bench.latest(), before);
    last(bench.site.set_disabled(&ACTOR, olli, true));

    bench.site.set_second_step(&ACTOR, maija.id, (&[7; 20], 5), &[[9; 32]]).unwrap();
    bench.site.reset_operator(&ACTOR, maija.id, ([5; 32], later)).unwrap();
    let reset = bench.site.operator("maija").unwrap().unwrap();
    assert_eq!((reset.password_hash.as_str(), reset.second_step, reset.role), ("!", false, Role::Desk));
    bench.site.set_disabled(&ACTOR, maija.id, true).unwrap();
    assert_eq!(invitation([5; 32], NOW), None, "whoever is disabled gets in by no link");
}

#[test]
fn a_step_counts_once_and_never_an_earlier_one_and_a_recovery_code_once() {
    let bench = Bench::new();
    let olli = bench.site.add_operator(&ACTOR, "olli", HASH).unwrap();
    assert_eq!(bench.site.second_step(olli.id).unwrap(), None);
    assert!(!bench.site.use_step(olli.id, 9).unwrap(), "without a secret no code is right");
    bench.site.set_second_step(&ACTOR, olli.id, (&[7; 20], 5), &[[1; 32], [2; 32]]).unwrap();
    let used: Vec<_> = [5, 4, 6, 6, 5, 8].map(|step| bench.site.use_step(olli.id, step).unwrap()).to_vec();
    assert_eq!(used, [false, false, true, false, false, true]);
    let recover = |digest| bench.site.use_recovery_code(&ACTOR, olli.id, digest).unwrap();
    assert_eq!((recover([1; 32]), recover([1; 32]), recover([3; 32])), (true, false, false));
    let step = bench.site.second_step(olli.id).unwrap().unwrap();
    assert_eq!((step.used, step.codes), (Some(8), 1));
    assert!(!format!("{step:?}").contains('7'), "a secret stays out of logs");
    bench.site.end_second_step(&ACTOR, olli.id).unwrap();
    assert!(!bench.site.use_step(olli.id, 99).unwrap());
    assert!(!recover([2; 32]));
}
