//! The documents, and the command lines in their code blocks. The programs' own tests take this file in by its path, since a
//! command line is understood where the program's parser is, and no program needs this to run.

use std::collections::BTreeSet;
use std::path::Path;

/// A command line of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Which line of the document, counted from 1.
    pub(crate) number: usize,
    /// The program by its name, and its arguments.
    pub(crate) words: Vec<String>,
}

/// Everything in Markdown that is about Kulku itself: path from the root of the repository, and text.
pub(crate) fn documents(root: &Path) -> Vec<(String, String)> {
    let listed = std::fs::read_dir(root.join("docs")).unwrap();
    let mut paths: Vec<String> = listed
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .chain(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned))
        .collect();
    paths.sort();
    let text = |path: &String| std::fs::read_to_string(root.join(path)).unwrap();
    paths.iter().map(|path| (path.clone(), text(path))).collect()
}

/// The documents with command lines of a program. Each line is shown to what says why it is not understood; nothing may be said.
pub(crate) fn understood(root: &Path, program: &str, why: &impl Fn(&[String]) -> Option<String>) -> BTreeSet<String> {
    let mut with_commands = BTreeSet::new();
    for (document, text) in documents(root) {
        let (refused, found) = refused(&text, program, why);
        assert!(refused.is_empty(), "{document}, {}", refused.join("\n"));
        if found > 0 {
            with_commands.insert(document);
        }
    }
    with_commands
}

/// What is said against the command lines of a text, and how many there are.
pub(crate) fn refused(text: &str, program: &str, why: &impl Fn(&[String]) -> Option<String>) -> (Vec<String>, usize) {
    let lines = lines(text, program);
    let refused = lines.iter().filter_map(|Line { number, words }| {
        let why = why(words)?;
        Some(format!("line {number}: {}: {why}", words.join(" ")))
    });
    (refused.collect(), lines.len())
}

/// A line of a text, with its number.
pub(crate) type Numbered<'a> = (usize, &'a str);

/// The lines of a text that stand in code blocks, and those that do not; fences are in neither.
pub(crate) fn split(text: &str) -> (Vec<Numbered<'_>>, Vec<Numbered<'_>>) {
    let (mut code, mut prose, mut inside) = (Vec::new(), Vec::new(), false);
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            code.push((index + 1, line));
        } else {
            prose.push((index + 1, line));
        }
    }
    assert!(!inside, "a code block has no end");
    (code, prose)
}

/// The command lines of a program in the code blocks of a text. What comes after a pipe or a redirection, and what
/// stands apart as a remark, is left out; so are a prompt, `sudo` and what it is told.
pub(crate) fn lines(text: &str, program: &str) -> Vec<Line> {
    let (code, _) = split(text);
    let mut found = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for (number, line) in code {
        let (number, whole) = match pending.take() {
            Some((first, before)) => (first, format!("{before} {}", line.trim())),
            None => (number, line.trim().to_owned()),
        };
        if let Some(before) = whole.strip_suffix('\\') {
            pending = Some((number, before.trim_end().to_owned()));
            continue;
        }
        let called = commands(&whole).into_iter().filter_map(|words| called(words, program));
        found.extend(called.map(|words| Line { number, words }));
    }
    found
}

/// The commands of one line of a shell, each as its words.
fn commands(line: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    // Of a redirection the rest says where to.
    let (mut quote, mut left_out) = (None::<char>, false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ') => {
                words.extend(word.take().filter(|_| !left_out));
                if letters.peek() == Some(&' ') {
                    break;
                }
            }
            (None, '|' | ';' | '&') => {
                words.extend(word.take().filter(|_| !left_out));
                commands.push(std::mem::take(&mut words));
                left_out = false;
            }
            (None, '>' | '<') => {
                words.extend(word.take().filter(|_| !left_out));
                left_out = true;
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word.filter(|_| !left_out));
    commands.push(words);
    commands
}

/// The words of a command if it calls this program, by name or by path.
fn called(words: Vec<String>, program: &str) -> Option<Vec<String>> {
    let before = |word: &String| matches!(word.as_str(), "$" | "sudo" | "-u" | "exec") || word.contains('=');
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next_if(before) {
        if word == "-u" {
            words.next();
        }
    }
    let name = words.next()?;
    let is_it = name == program || name.rsplit_once('/').is_some_and(|(_, last)| last == program);
    is_it.then(|| std::iter::once(name).chain(words).collect())
}
