//! What documents name is there.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

mod commands;

use std::collections::BTreeSet;
use std::path::Path;

use commands::{documents, lines, refused, split, understood};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The folders of the repository, with a slash. What is built and what git keeps is no part of it.
fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(root()).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let names = folders.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name != "target" && name != ".git").map(|name| format!("{name}/")).collect()
}

/// A text outside of its code blocks.
fn prose(text: &str) -> String {
    split(text).1.into_iter().flat_map(|(_, line)| [line, "\n"]).collect()
}

/// Every file or folder of the repository in backticks, such as `access/tests/decide/` or `docs/{LOG,API}.md`.
fn paths(text: &str, folders: &[String]) -> Vec<String> {
    let mut paths = Vec::new();
    for quoted in prose(text).split('`').skip(1).step_by(2) {
        let word = quoted.split_whitespace().next().unwrap_or_default();
        if !folders.iter().any(|folder| word.starts_with(folder)) {
            continue;
        }
        match (word.split_once('{'), word.split_once('}')) {
            (Some((before, _)), Some((middle, after))) => {
                let middle = middle.split_once('{').unwrap().1;
                paths.extend(middle.split(',').map(|name| format!("{before}{name}{after}")));
            }
            _ => paths.push(word.to_owned()),
        }
    }
    paths
}

/// Where links and pictures lead that do not leave the repository: path and anchor, either of which may be empty.
fn links(text: &str) -> Vec<(String, String)> {
    // A bracket in backticks is no link.
    let plain: String = prose(text).split('`').step_by(2).collect();
    let targets = plain.split("](").skip(1).filter_map(|rest| rest.split([')', ' ', '\n']).next());
    let inside = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    let parts = inside.map(|target| target.split_once('#').unwrap_or((target, "")));
    parts.map(|(path, anchor)| (path.to_owned(), anchor.to_owned())).collect()
}

/// The anchors of a document as GitHub makes them of its headings: small letters, hyphens for spaces, no other marks, and a
/// number for whichever comes again.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(text).lines() {
        let level = line.chars().take_while(|letter| *letter == '#').count();
        let heading = line.trim_start_matches('#').strip_prefix(' ').filter(|_| (1..=6).contains(&level));
        let Some(heading) = heading else { continue };
        let kept = heading.trim().to_lowercase();
        let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        let first: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let mut anchor = first.clone();
        let mut times = 0;
        while !anchors.insert(anchor) {
            times += 1;
            anchor = format!("{first}-{times}");
        }
    }
    anchors
}

/// What is wrong with a link in a document, whose path is from the root.
fn broken(document: &str, text: &str, path: &str, anchor: &str) -> Option<String> {
    let here = root().join(document);
    let file = if path.is_empty() { here } else { here.parent().unwrap().join(path) };
    if !file.exists() {
        return Some(format!("{document} links to {path}, which is not there"));
    }
    if anchor.is_empty() {
        return None;
    }
    let leads_to = if path.is_empty() { text.to_owned() } else { std::fs::read_to_string(&file).unwrap() };
    (!anchors(&leads_to).contains(anchor)).then(|| format!("{document} links to {path}#{anchor}: no such heading"))
}

#[test]
fn every_file_and_folder_that_a_document_names_is_there() {
    let (folders, mut missing, mut named) = (folders(), Vec::new(), BTreeSet::new());
    for (document, text) in documents(root()) {
        for path in paths(&text, &folders) {
            if !root().join(&path).exists() {
                missing.push(format!("{document} names {path}"));
            }
            named.insert(document.clone());
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
    for document in ["docs/ARCHITECTURE.md", "docs/GRADE.md", "docs/INSTALL.md", "CONTRIBUTING.md"] {
        assert!(named.contains(document), "{document} names something");
    }
}

#[test]
fn every_link_of_a_document_leads_to_a_file_and_a_heading_that_are_there() {
    let (mut wrong, mut followed) = (Vec::new(), 0);
    for (document, text) in documents(root()) {
        let links = links(&text);
        followed += links.len();
        wrong.extend(links.iter().filter_map(|(path, anchor)| broken(&document, &text, path, anchor)));
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
    assert!(followed > 50, "links are found");
}

/// A unit of ours that is not there. Those of the backup are written by whoever follows the page.
fn no_unit(words: &[String]) -> Option<String> {
    let of_ours = |word: &&String| word.starts_with("kulku-") && !word.starts_with("kulku-backup.");
    let is_there =
        |name: &str| ["", ".service"].iter().any(|end| root().join(format!("systemd/{name}{end}")).is_file());
    let missing = words.iter().filter(of_ours).find(|name| !is_there(name))?;
    Some(format!("there is no unit {missing}"))
}

#[test]
fn every_unit_of_ours_that_a_document_starts_or_stops_is_there() {
    let documents = understood(root(), "systemctl", &no_unit);
    assert!(documents.contains("docs/INSTALL.md") && documents.contains("docs/OPERATE.md"), "{documents:?}");
    assert_eq!(refused("```\nsudo systemctl start kulku-door\n```\n", "systemctl", &no_unit).0.len(), 1);
}

#[test]
fn a_path_or_an_anchor_that_is_not_there_is_noticed() {
    let text = "# One & two\n\n## `doctor`, again\n## Again\n## Again\n[a](#one--two) [`b`](docs/NONE.md#x)\n```\n[c](d)\n```\n";
    let wanted = ["again", "again-1", "doctor-again", "one--two"];
    assert_eq!(anchors(text), BTreeSet::from(wanted.map(str::to_owned)));
    let found = links(text);
    assert_eq!(found.len(), 2, "what stands in a code block is no link: {found:?}");
    let wrong: Vec<_> = found.iter().filter_map(|(path, anchor)| broken("README.md", text, path, anchor)).collect();
    assert_eq!(wrong, ["README.md links to docs/NONE.md, which is not there"]);
    assert!(broken("README.md", text, "", "three").is_some());
    let folders = ["docs/".to_owned()];
    assert_eq!(
        paths("`docs/{A,B}.md` and `docs/run X` and `/docs/no`", &folders),
        ["docs/A.md", "docs/B.md", "docs/run"]
    );
}

#[test]
fn a_command_line_is_found_behind_sudo_and_before_pipes_redirections_and_remarks() {
    let text = "kulku outside\n```sh\nsudo -u kulku kulku check --reason \"a b\" | tee x\nA=b /usr/bin/kulku run > out  # why\n\
                echo kulku; kulku log \\\n  verify      walks the log\nkulku-other run\nprintf 'kulku run\\n'\n```\n";
    let words: Vec<(usize, String)> =
        lines(text, "kulku").iter().map(|line| (line.number, line.words.join("/"))).collect();
    let wanted = [(3, "kulku/check/--reason/a b"), (4, "/usr/bin/kulku/run"), (5, "kulku/log/verify")];
    assert_eq!(words, wanted.map(|(number, words)| (number, words.to_owned())));
}
