//! What systemd is told of the services.

const UNITS: [(&str, &str); 2] = [
    ("controller", include_str!("../../systemd/kulku-controller.service")),
    ("door agent", include_str!("../../systemd/kulku-door-agent.service")),
];

/// The value of a key of a section; each of the keys stands once.
fn value<'a>(unit: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let mut within = "";
    unit.lines().find_map(|line| {
        if line.starts_with('[') {
            within = line;
        }
        let (name, value) = line.split_once('=')?;
        (within == section && name == key).then_some(value)
    })
}

#[test]
fn no_number_of_failures_makes_systemd_give_a_service_up() {
    for (name, unit) in UNITS {
        assert_eq!(value(unit, "[Unit]", "StartLimitIntervalSec"), Some("0"), "{name}");
        assert_eq!(value(unit, "[Service]", "RestartSec"), Some("2"), "{name}");
        assert!(matches!(value(unit, "[Service]", "Restart"), Some("always" | "on-failure")), "{name}");
        // Debian 12 has systemd 252, which does not know these.
        for newer in ["RestartSteps", "RestartMaxDelaySec"] {
            assert_eq!(value(unit, "[Service]", newer), None, "{name}");
        }
    }
    assert_eq!(value(UNITS[1].1, "[Service]", "Restart"), Some("always"), "a door agent never ends by itself");
}
