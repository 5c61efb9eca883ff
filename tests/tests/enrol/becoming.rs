//! From a code to a door.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use access::enrol::Place;
use door_agent::enrol::{EnrolError, enrol};
use door_agent::provisioning::{NewFile, Provisioning};
use serde_json::Value;

use crate::fake::{Authority, Heard, SECRET, Server, enrolled, soon};

const YEAR: (i64, i64) = (0, 365);

fn broker() -> Place {
    Place { host: "kulku.example".to_owned(), port: 8883 }
}

/// What becomes of an enrolment that is answered like this.
async fn answered(change: impl FnOnce(&Authority, &Heard) -> (String, String)) -> Result<Provisioning, EnrolError> {
    let site = Authority::new();
    let server = Server::start(site.controller(), None).await;
    let (code, place) = (site.code(), server.place());
    let controller = async {
        let heard = server.hear().await;
        let (status, body) = change(&site, &heard);
        heard.answer_with(&status, "retry-after: 17\r\n", &body).await;
    };
    soon(async { tokio::join!(enrol(&code, &place), controller) }).await.0
}

fn good(site: &Authority, heard: &Heard) -> Value {
    enrolled(site, &site.door(&heard.request(), YEAR), &broker())
}

#[tokio::test]
async fn a_code_becomes_a_door_whose_private_key_has_not_left_it() {
    let mut asked = Value::Null;
    let door = answered(|site, heard| {
        assert_eq!((heard.path.as_str(), heard.client.is_none()), ("/enrol", true));
        asked = heard.body.clone();
        ("200 OK".to_owned(), good(site, heard).to_string())
    })
    .await
    .unwrap();
    assert_eq!(asked["secret"], SECRET.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert!(!asked.to_string().contains("PRIVATE"));
    assert_eq!((door.site.as_str(), door.door.as_str(), door.key_id), ("hospital", "door-1", 2));
    assert_eq!((door.mqtt_host.as_str(), door.mqtt_port), ("kulku.example", 8883));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("door.json");
    door.write(NewFile::prepare(&path).unwrap()).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let read = Provisioning::load(&path).unwrap();
    assert_eq!(read.key.expose(), door.key.expose());
    let (read, door) = (read.identity.unwrap(), door.identity.unwrap());
    assert_eq!((read.life(), &read.enrol, read.authority()), (door.life(), &door.enrol, door.authority()));
    let days = (door.life().until.0 - door.life().from.0) / 86_400;
    assert_eq!(days, 365);
    assert_eq!((door.life().renew_at().0 - door.life().from.0) / 86_400, 243);
    let printed = format!("{read:?}");
    assert!(!printed.contains("BEGIN"), "{printed}");

    // What everybody may read is nobody's secret.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Provisioning::load(&path).unwrap_err().to_string();
    assert!(error.contains("chmod"), "{error}");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_code_or_the_request_makes_no_door() {
    let other = Authority::new();
    let strange = std::cell::RefCell::new(String::new());
    let edits: [&dyn Fn(&mut Value); 6] = [
        &|answer| answer["authority"] = other.pem.clone().into(),
        &|answer| answer["certificate"] = strange.borrow().clone().into(),
        &|answer| answer["certificate"] = "none".into(),
        &|answer| answer["key"] = "7a".into(),
        &|answer| answer["format"] = 2.into(),
        &|answer| answer["padding"] = "x".repeat(20_000).into(),
    ];
    for edit in edits {
        let refused = answered(|site, heard| {
            // Of the right door by another authority.
            *strange.borrow_mut() = other.door(&heard.request(), YEAR);
            let mut answer = good(site, heard);
            edit(&mut answer);
            ("200 OK".to_owned(), answer.to_string())
        })
        .await;
        assert!(matches!(refused, Err(EnrolError::Answer { .. } | EnrolError::Unreachable { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_key_makes_no_door() {
    // The key pair of a door that enrolled before.
    let before = std::cell::RefCell::new(String::new());
    let first = answered(|site, heard| {
        *before.borrow_mut() = heard.request();
        ("200 OK".to_owned(), good(site, heard).to_string())
    });
    first.await.unwrap();
    let refused = answered(|site, _| {
        let certificate = site.door(&before.borrow(), YEAR);
        ("200 OK".to_owned(), enrolled(site, &certificate, &broker()).to_string())
    });
    assert!(matches!(refused.await, Err(EnrolError::Answer { .. })));
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_never_the_code() {
    for (status, code, said) in [
        ("403 Forbidden", "code-refused", "Make another"),
        ("429 Too Many Requests", "too-many", "wait a minute"),
        ("500 Internal Server Error", "internal", "its log"),
        ("400 Bad Request", "format", "upgrade"),
        ("418 I'm a teapot", "teapot", "teapot"),
    ] {
        let error = answered(|_, _| (status.to_owned(), format!("{{\"error\":\"{code}\"}}"))).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(said) && !text.contains("a1b2c3"), "{text}");
        let EnrolError::Refused { retry_after, .. } = error else { panic!("{text}") };
        assert_eq!(retry_after, Some(Duration::from_secs(17)));
    }
}
