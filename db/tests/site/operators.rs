//! Who may sign in, and for how long.

use access::time::UtcMs;
use db::site::SiteError;

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

#[test]
fn what_is_unknown_or_endless_is_refused() {
    let bench = Bench::new();
    let unknown = |result: Result<(), SiteError>| assert!(matches!(result, Err(SiteError::NotFound { .. })));
    unknown(bench.site.set_password(&ACTOR, 9, HASH));
    unknown(bench.site.set_language(9, None));
    unknown(bench.site.add_token(&ACTOR, 9, "till", [1; 32], None).map(|_| ()));
    unknown(bench.site.revoke_token(&ACTOR, 9));
    assert_eq!(problem(bench.site.set_language(9, Some(&"f".repeat(17)))), ("language", "too-long"));
    assert_eq!(bench.latest().0, 0);
}

#[test]
fn a_token_counts_until_it_expires_or_is_revoked() {
    let bench = Bench::new();
    let olli = bench.site.add_operator(&ACTOR, "olli", HASH).unwrap();
    let add = |digest, expires| bench.site.add_token(&ACTOR, olli.id, "till", digest, expires);
    let short = Some(UtcMs(NOW.0 + 10));
    add([1; 32], short).unwrap();
    let id = add([2; 32], None).unwrap();
    assert!(matches!(add([2; 32], None), Err(SiteError::Conflict { what: "token", .. })));
    let whose = |digest, at| bench.site.operator_by_token(digest, UtcMs(at)).unwrap();
    assert_eq!(whose([1; 32], NOW.0 + 9).unwrap().name, "olli");
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
    let save = |id: &str, data: &[u8], expires| bench.site.session_save(id, data, UtcMs(expires));
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
