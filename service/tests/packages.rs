//! What packages are made of is there and can be read, before anybody spends a quarter of an hour on making them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set up its case has failed"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Package, and the folder of its manifest.
const PACKAGES: [(&str, &str); 2] = [("kulku-controller", "controller"), ("kulku-door-agent", "door-agent")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Source, from the root, and place in the package of every asset.
fn assets(folder: &str) -> Vec<(String, String)> {
    let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Value = toml::from_str(&manifest).unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let text = |asset: &toml::Value, at: usize| asset[at].as_str().unwrap().to_owned();
    let from_root = |source: String| match source.strip_prefix("../") {
        Some(above) => above.to_owned(),
        None if source.starts_with("target/") => source,
        None => format!("{folder}/{source}"),
    };
    assets.iter().map(|asset| (from_root(text(asset, 0)), text(asset, 1))).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[test]
fn everything_that_a_package_takes_is_there_and_no_place_is_taken_twice() {
    for (package, folder) in PACKAGES {
        let mut places = BTreeSet::new();
        for (source, place) in assets(folder) {
            // What a build makes: the program, and what packaging/build lets it write. The programs' own tests know their names.
            assert!(
                source.starts_with("target/release/") || root().join(&source).is_file(),
                "{package} takes {source}"
            );
            let name = source.rsplit('/').next().unwrap();
            let place = if place.ends_with('/') { format!("{place}{name}") } else { place };
            assert!(places.insert(place.clone()), "{package} has {place} twice");
        }
        for needed in ["copyright", "libraries.txt.gz", &format!("{package}.cdx.json")] {
            assert!(places.contains(&format!("usr/share/doc/{package}/{needed}")), "{package} brings {needed}");
        }
    }
}

/// cargo-deb takes what has the package's name by itself.
#[test]
fn every_file_for_systemd_and_udev_is_in_a_package() {
    let taken: BTreeSet<String> =
        PACKAGES.iter().flat_map(|(_, folder)| assets(folder)).map(|(source, _)| source).collect();
    for path in files("systemd") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (stem, kind) = name.rsplit_once('.').unwrap();
        let by_name =
            PACKAGES.iter().any(|(package, _)| *package == stem) && ["service", "sysusers", "tmpfile"].contains(&kind);
        assert!(by_name || taken.contains(&format!("systemd/{name}")), "systemd/{name} is in no package");
    }
}

/// Whatever lies below /etc is a conffile: an upgrade asks about it, and a purge takes it away.
#[test]
fn every_conffile_is_in_the_document_for_installing() {
    let document = std::fs::read_to_string(root().join("docs/INSTALL.md")).unwrap();
    for (package, folder) in PACKAGES {
        let conffiles: Vec<_> = assets(folder).into_iter().filter(|(_, place)| place.starts_with("etc/")).collect();
        assert!(!conffiles.is_empty(), "{package}");
        for (_, place) in conffiles {
            assert!(document.contains(&format!("`/{place}`")), "docs/INSTALL.md does not name /{place}");
        }
    }
}

fn reads(program: &str, arguments: &[&str], path: &Path) {
    let output = Command::new(program).args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_script_is_understood_by_its_interpreter() {
    let mut kinds = BTreeSet::new();
    for path in files("packaging").into_iter().chain(files(".ci")).chain([root().join("tests/run")]) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let Some(first) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else { continue };
        kinds.insert(first.to_owned());
        match first {
            "/bin/sh" => reads("sh", &["-n"], &path),
            "/usr/bin/env bash" => reads("bash", &["-n"], &path),
            "/usr/bin/env python3" => {
                reads("python3", &["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"], &path);
            }
            other => panic!("{}: {other} is no interpreter that is used here", path.display()),
        }
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

/// A script of a package that fails in the middle must not go on, and what cargo-deb makes needs its place.
#[test]
fn maintainer_scripts_stop_at_a_fault_and_leave_room_for_what_is_generated() {
    for (package, _) in PACKAGES {
        let text = std::fs::read_to_string(root().join(format!("packaging/{package}/postinst"))).unwrap();
        assert!(text.starts_with("#!/bin/sh\nset -e\n") && text.contains("\n#DEBHELPER#\n"), "{package}");
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

/// What the schema asks of a component, and what those who look for weaknesses need.
fn component(one: &Value) -> &str {
    assert!(["application", "library"].contains(&text(one, "type")), "{one}");
    assert!(!text(one, "name").is_empty() && !text(one, "version").is_empty(), "{one}");
    assert!(text(one, "purl").starts_with("pkg:"), "{one}");
    let licences = one["licenses"].as_array().unwrap();
    assert!(
        licences.len() == 1 && (licences[0]["expression"].is_string() || licences[0]["license"]["id"].is_string()),
        "{one}"
    );
    assert!(!licences[0]["expression"].to_string().contains('/'), "{one}: an expression of SPDX");
    for hash in one["hashes"].as_array().into_iter().flatten() {
        assert_eq!(text(hash, "alg"), "SHA-256");
        assert!(
            text(hash, "content").len() == 64 && text(hash, "content").bytes().all(|byte| byte.is_ascii_hexdigit())
        );
    }
    text(one, "bom-ref")
}

#[test]
fn the_bill_of_materials_has_what_the_schema_asks_for_and_what_is_linked_and_nothing_that_only_builds_or_tests() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(root().join("packaging/libraries"))
        .args(["kulku-door-agent", "x86_64-unknown-linux-gnu"])
        .arg(folder.path())
        .current_dir(root())
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let bill: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("kulku-door-agent.cdx.json")).unwrap()).unwrap();
    assert_eq!(
        (text(&bill, "bomFormat"), text(&bill, "specVersion"), &bill["version"]),
        ("CycloneDX", "1.5", &1.into())
    );
    let serial = text(&bill, "serialNumber").strip_prefix("urn:uuid:").unwrap();
    assert_eq!(serial.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    let main = component(&bill["metadata"]["component"]);
    let components = bill["components"].as_array().unwrap();
    let refs: Vec<&str> = components.iter().map(component).chain([main]).collect();
    let unique: BTreeSet<&str> = refs.iter().copied().collect();
    assert_eq!(unique.len(), refs.len(), "each stands once");
    let mut needs = 0;
    for one in bill["dependencies"].as_array().unwrap() {
        for named in one["dependsOn"].as_array().unwrap().iter().chain([&one["ref"]]) {
            assert!(unique.contains(named.as_str().unwrap()), "{named} is nowhere");
            needs += 1;
        }
    }
    assert!(needs > refs.len(), "a graph");
    let names: BTreeSet<&str> = components.iter().map(|one| text(one, "name")).collect();
    for linked in ["kulku-access", "rppal", "rumqttc", "rustls", "sqlite"] {
        assert!(names.contains(linked), "{linked} is linked");
    }
    // A macro, a build script's, a test's, and what only the controller has.
    for other in ["serde_derive", "cc", "tempfile", "askama", "x509-parser"] {
        assert!(!names.contains(other), "{other} is not linked");
    }
    let from_registry = components
        .iter()
        .filter(|one| text(one, "purl").starts_with("pkg:cargo/") && !text(one, "name").starts_with("kulku-"));
    let unchecked: Vec<_> = from_registry.filter(|one| one["hashes"].is_null()).map(|one| text(one, "name")).collect();
    assert_eq!(unchecked, ["mfrc522-emulator"], "all but our own have the checksum of the lock file");
    let notices = std::fs::read_to_string(folder.path().join("libraries.txt")).unwrap();
    assert!(notices.lines().any(|line| line.starts_with("rppal ")));
}
