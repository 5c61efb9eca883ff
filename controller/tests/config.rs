//! A configuration that cannot be used is refused with the file and the key in the message.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use controller::config::{Badge, Config, Endpoint, Https, ListSource, Location, Mqtt, Stale};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

const LEAST: &str = "site = \"hospital\"\ndata = \"data\"\n";

#[test]
fn the_least_configuration_listens_on_loopback_only() {
    let folder = Folder::new();
    let config = Config::read(&folder.file("kulku.toml", LEAST)).unwrap();
    assert_eq!(config.site.as_str(), "hospital");
    assert_eq!(config.database, folder.0.path().join("data/site.db"));
    assert_eq!(config.zone, chrono_tz::Europe::Helsinki);
    assert!(config.dashboard.ip().is_loopback());
    let Mqtt::Embedded { listen, .. } = config.mqtt else {
        panic!("not embedded");
    };
    assert!(listen.ip().is_loopback());
}

#[test]
fn each_wrong_value_is_named_with_its_file_and_key() {
    let cases = [
        ("site = \"Hospital\"\ndata = \"d\"", "site"),
        ("data = \"d\"", "site"),
        ("site = \"hospital\"", "data"),
        ("site = \"hospital\"\ndata = \"d\"\nfoo = 1", "foo"),
        ("site = \"hospital\"\ndata = \"d\"\ntime_zone = \"Helsinki\"", "time_zone"),
        ("site = \"hospital\"\ndata = \"d\"\n[dashboard]\nlisten = \"8080\"", "dashboard.listen"),
        (
            "site = \"hospital\"\ndata = \"d\"\n[dashboard]\nlisten = \"0.0.0.0:8080\"\nhttps = false",
            "dashboard.listen",
        ),
        ("site = \"hospital\"\ndata = \"d\"\n[observe]\nlisten = \"0.0.0.0:9464\"", "observe.listen"),
        ("site = \"hospital\"\ndata = \"d\"\n[dashboard]\nkey = \"k.pem\"", "dashboard.certificate"),
        ("site = \"hospital\"\ndata = \"d\"\n[dashboard]\nbehind_proxy = true\nnames = [\"a\"]", "dashboard.https"),
        ("site = \"hospital\"\ndata = \"d\"\n[mqtt.embedded]\nlisten = \"x\"", "mqtt.embedded.listen"),
        (
            "site = \"hospital\"\ndata = \"d\"\n[mqtt.embedded]\ndoors_connect_to = \"host\"",
            "mqtt.embedded.doors_connect_to",
        ),
        ("site = \"hospital\"\ndata = \"d\"\n[mqtt.embedded]\n[mqtt.external]\nhost=\"h\"\nport=1", "mqtt"),
        (
            "site = \"hospital\"\ndata = \"d\"\n[mqtt.external]\nhost=\"h\"\nport=1\nuser=\"u\"",
            "mqtt.external.password_file",
        ),
        (
            "site = \"hospital\"\ndata = \"d\"\n[mqtt.external]\nhost=\"h\"\nport=1\nuser=\"u\"\npassword_file=\"no\"",
            "mqtt.external.password_file",
        ),
        ("site = \"hospital\"\ndata = \"d\"\n[mqtt.embedded]\ntls = false\n[enrol]", "enrol"),
        ("site = \"hospital\"\ndata = \"d\"\n[enrol]\ncertificate_days = 1", "enrol.certificate_days"),
        ("site = \"hospital\"\ndata = \"d\"\n[enrol]\nlisten = \"8443\"", "enrol.listen"),
        (
            "site = \"hospital\"\ndata = \"d\"\n[mqtt.external]\nhost=\"h\"\nport=1\ntls=false\ncrl_file=\"c\"",
            "mqtt.external.crl_file",
        ),
        ("site = \"hospital\"\ndata = \"d\"\n[badge]\nsector = 0", "badge.sector"),
        ("site = \"hospital\"\ndata = \"d\"\n[badge]\nsector = 16", "badge.sector"),
        ("site = \"hospital\"\ndata = \"d\"\n[badge]\napplication = \"0004\"", "badge.application"),
        ("site = \"hospital\"\ndata = \"d\"\n[badge]\napplication = \"+481\"", "badge.application"),
        ("site = \"hospital", "line 1"),
    ];
    let folder = Folder::new();
    for (text, named) in cases {
        let path = folder.file("kulku.toml", text);
        let error = Config::read(&path).err().unwrap_or_else(|| panic!("accepted: {text}"));
        let message = error.to_string();
        assert!(message.contains("kulku.toml") && message.contains(named), "{message}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::read(&Folder::new().0.path().join("absent.toml")).err().unwrap();
    assert!(error.to_string().contains("absent.toml"));
}

#[test]
fn a_dashboard_behind_a_proxy_may_be_reached_from_other_machines() {
    let text = format!("{LEAST}[dashboard]\nlisten = \"0.0.0.0:8080\"\nbehind_proxy = true\n");
    let config = Config::read(&Folder::new().file("kulku.toml", &text)).unwrap();
    assert!(config.https == Https::Proxy && config.dashboard.ip().is_unspecified());
}

#[test]
fn browsers_speak_https_unless_it_is_said_otherwise() {
    let folder = Folder::new();
    let read = |more: &str| Config::read(&folder.file("kulku.toml", &format!("{LEAST}[dashboard]\n{more}\n"))).unwrap();
    let own = read("listen = \"0.0.0.0:9443\"\nnames = [\"kulku.example\"]");
    let Https::Own(names) = &own.https else { panic!("{:?}", own.https) };
    assert_eq!(names, &["kulku.example", "localhost", "127.0.0.1", "::1"]);
    assert_eq!(own.https.url(own.dashboard), "https://kulku.example:9443");
    let local = read("");
    assert_eq!(local.https.url(local.dashboard), "https://127.0.0.1:8080");
    assert_eq!(read("https = false").https, Https::Off);
    let given = read("certificate = \"chain.pem\"\nkey = \"/etc/key.pem\"").https;
    let certificate = folder.0.path().join("chain.pem");
    assert_eq!(given, Https::Given { certificate, key: "/etc/key.pem".into() });
}

#[test]
fn an_external_brokers_password_comes_from_its_file_and_is_not_printed() {
    let folder = Folder::new();
    folder.file("secret", "hunter2\n");
    let text = format!("{LEAST}[mqtt.external]\nhost=\"broker\"\nport=1883\nuser=\"c\"\npassword_file=\"secret\"\n");
    let config = Config::read(&folder.file("kulku.toml", &text)).unwrap();
    let printed = format!("{:?}", config.mqtt);
    assert!(!printed.contains("hunter2"), "{printed}");
    let Mqtt::External { login: Some(login), .. } = config.mqtt else {
        panic!("no login");
    };
    assert_eq!(*login.password, "hunter2");
}

#[test]
fn doors_are_sent_to_the_named_endpoint_and_never_to_an_unspecified_address() {
    let folder = Folder::new();
    let read = |rest: &str| Config::read(&folder.file("kulku.toml", &format!("{LEAST}{rest}"))).unwrap();
    let endpoint = |host: &str, port| Some(Endpoint { host: host.into(), port });
    assert_eq!(read("").doors_connect_to(), endpoint("127.0.0.1", 8883));
    let external = "[mqtt.external]\nhost = \"10.0.0.9\"\nport = 8883\n";
    assert_eq!(read(external).doors_connect_to(), endpoint("10.0.0.9", 8883));
    let outside = format!("{external}doors_connect_to = \"kulku.example:8884\"\n");
    assert_eq!(read(&outside).doors_connect_to(), endpoint("kulku.example", 8884));
    assert_eq!(read("[mqtt.embedded]\nlisten = \"0.0.0.0:1883\"\n").doors_connect_to(), None);
    let named = "[mqtt.embedded]\nlisten = \"0.0.0.0:1883\"\ndoors_connect_to = \"kulku.example:8883\"\n";
    assert_eq!(read(named).doors_connect_to(), endpoint("kulku.example", 8883));
}

#[test]
fn tls_is_on_unless_it_is_switched_off_in_so_many_words() {
    let folder = Folder::new();
    let read = |rest: &str| Config::read(&folder.file("kulku.toml", &format!("{LEAST}{rest}"))).unwrap();
    let external = "[mqtt.external]\nhost = \"broker\"\nport = 8883\n";
    for least in ["", "[mqtt.embedded]\n", external] {
        let config = read(least);
        let enrol = config.enrol.unwrap();
        assert!(config.mqtt.is_tls() && enrol.listen.ip().is_loopback(), "{least}");
        assert_eq!((enrol.listen.port(), enrol.certificate_life.as_secs() / 86_400), (8443, 365));
        assert_eq!(config.identity, folder.0.path().join("data/identity"));
    }
    for off in ["[mqtt.embedded]\ntls = false\n".to_owned(), format!("{external}tls = false\n")] {
        let config = read(&off);
        assert!(!config.mqtt.is_tls() && config.enrol.is_none(), "{off}");
    }
}

#[test]
fn cards_are_encoded_as_the_table_badge_says_and_suspect_chips_are_refused_unless_it_says_otherwise() {
    let folder = Folder::new();
    let least = Config::read(&folder.file("kulku.toml", LEAST)).unwrap();
    assert_eq!((least.badge, least.masters_file), (Badge::default(), None));
    assert!(least.badge.refuse_magic && least.badge.application.is_none());
    let text = format!(
        "masters_file = \"masters\"\n{LEAST}[badge]\nsector = 4\napplication = \"4811\"\nrefuse_magic = false\n"
    );
    let config = Config::read(&folder.file("kulku.toml", &text)).unwrap();
    assert_eq!(config.masters_file, Some(folder.0.path().join("masters")));
    assert_eq!((config.badge.sector.number(), config.badge.refuse_magic), (4, false));
    assert_eq!(config.badge.application, Some(access::credential::mad::Aid(0x4811)));
}

const LISTS: &str = "authorities = [\"ca/*.pem\"]\nsite = \"hospital\"\ndata = \"d\"\n[[revocation_list]]\nlocation = ";

#[test]
fn lists_have_defaults_that_go_on_when_they_are_too_old() {
    let folder = Folder::new();
    let text = format!(
        "{LISTS}\"http://ca.example/a.crl\"\n[[revocation_list]]\nlocation = \"lists\"\nstale = \"refuse\"\nevery_s = 60\n"
    );
    let config = Config::read(&folder.file("kulku.toml", &text)).unwrap();
    assert_eq!(config.authorities, [folder.0.path().join("ca/*.pem")]);
    let [first, second] = &config.lists[..] else { panic!("not two") };
    assert_eq!(*first, ListSource::new(Location::Address("http://ca.example/a.crl".to_owned())));
    assert_eq!((first.stale, first.every.as_secs(), first.time_out.as_secs()), (Stale::GoOn, 3_600, 120));
    assert_eq!(first.size_max, 64 * 1_024 * 1_024);
    assert_eq!(second.location, Location::Path(folder.0.path().join("lists")));
    assert_eq!((second.stale, second.every.as_secs()), (Stale::Refuse, 60));
}

#[test]
fn each_wrong_value_of_lists_and_registers_is_named() {
    let register = |rest: &str| format!("{LEAST}[rights_to_practise]\n{rest}");
    let cases = [
        ("site = \"hospital\"\ndata = \"d\"\n[[revocation_list]]\nlocation = \"a.crl\"".to_owned(), "authorities"),
        (format!("{LISTS}\"\""), "revocation_list.location"),
        (format!("{LISTS}\"ftp://ca.example/a.crl\""), "revocation_list.location"),
        (format!("{LISTS}\"http://me:secret@ca.example/a.crl\""), "revocation_list.location"),
        (format!("{LISTS}\"a.crl\"\n[[revocation_list]]\nlocation = \"a.crl\""), "twice"),
        (format!("{LISTS}\"a.crl\"\nevery_s = 59"), "revocation_list.every_s"),
        (format!("{LISTS}\"a.crl\"\ntime_out_s = 0"), "revocation_list.time_out_s"),
        (format!("{LISTS}\"a.crl\"\nsize_max_bytes = 10"), "revocation_list.size_max_bytes"),
        (format!("{LISTS}\"a.crl\"\nstale = \"deny\""), "revocation_list.stale"),
        (format!("{LISTS}\"a.crl\"\nevery = 60"), "every"),
        (register("url = \"http://register.example/rights\""), "https://"),
        (register("url = \"register.example\""), "rights_to_practise.url"),
        (register("url = \"https://me@register.example/\""), "rights_to_practise.url"),
        (register("url = \"https://register.example/\"\ntoken_file = \"absent\""), "rights_to_practise.token_file"),
        (register("url = \"https://register.example/\"\nevery_s = 1"), "rights_to_practise.every_s"),
    ];
    for (text, named) in cases {
        let folder = Folder::new();
        let message = Config::read(&folder.file("kulku.toml", &text)).err().unwrap().to_string();
        assert!(message.contains("kulku.toml") && message.contains(named), "{message}");
    }
}

#[test]
fn a_registers_token_comes_from_its_file_and_is_not_printed() {
    let folder = Folder::new();
    folder.file("token", "hunter2\n");
    let text =
        format!("{LEAST}[rights_to_practise]\nurl = \"https://register.example:8443/r\"\ntoken_file = \"token\"\n");
    let register = Config::read(&folder.file("kulku.toml", &text)).unwrap().register.unwrap();
    assert_eq!(
        (register.source.as_str(), register.token.as_deref().unwrap().as_str()),
        ("register.example", "hunter2")
    );
    assert!(!format!("{register:?}").contains("hunter2"));
    let local = format!("{LEAST}[rights_to_practise]\nurl = \"http://[::1]:8080/r\"\n");
    assert_eq!(Config::read(&folder.file("kulku.toml", &local)).unwrap().register.unwrap().source, "::1");
}
