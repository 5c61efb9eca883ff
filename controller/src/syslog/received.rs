//! A receiver's side, for the tests: it takes what RFC 5424 and RFC 5425 allow and nothing else.

/// A message that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) priority: u8,
    pub(super) id: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) whole: String,
}

impl Received {
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What of the three it is, and which.
    pub(super) fn key(&self) -> (String, u64) {
        let kind = self.value("kind").unwrap().to_owned();
        let number = ["row", "change", "step"].iter().find_map(|name| self.value(name)).unwrap();
        (kind, number.parse().unwrap())
    }
}

/// The length in front of a frame, and what stands behind it; nothing while there is no whole length.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let digits = std::str::from_utf8(&bytes[..space]).unwrap();
    assert!(!digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits:?}");
    Some((digits.parse().unwrap(), &bytes[space + 1..]))
}

/// Reads a message to its last byte.
pub(super) fn parse(bytes: &[u8]) -> Received {
    let whole = std::str::from_utf8(bytes).unwrap().to_owned();
    let rest = whole.strip_prefix('<').unwrap();
    let (priority, rest) = rest.split_once(">1 ").unwrap();
    let mut words = rest.splitn(6, ' ');
    let mut word = || words.next().unwrap();
    let (stamp, host, name, process, id) = (word(), word(), word(), word(), word());
    for word in [stamp, host, name, process, id] {
        assert!(!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()), "{word:?}");
    }
    let rest = word().strip_prefix("[kulku@32473").unwrap();
    let (params, rest) = data(rest);
    let text = rest.strip_prefix(" \u{FEFF}").unwrap().to_owned();
    Received { priority: priority.parse().unwrap(), id: id.to_owned(), params, text, whole }
}

/// The parameters through the closing bracket, and what follows.
fn data(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut params = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix(']') {
            return (params, rest);
        }
        let (name, value) = rest.strip_prefix(' ').unwrap().split_once("=\"").unwrap();
        assert!(name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name:?}");
        let (mut text, mut characters) = (String::new(), value.char_indices());
        let end = loop {
            match characters.next().unwrap() {
                (at, '"') => break at,
                (_, ']') => panic!("a bracket that is not escaped"),
                (_, '\\') => text.push(characters.next().unwrap().1),
                (_, other) => text.push(other),
            }
        };
        params.push((name.to_owned(), text));
        rest = &value[end + 1..];
    }
}
