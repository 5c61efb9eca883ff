//! A web server that does as it is told.
#![expect(clippy::disallowed_types, reason = "a test tells a thread what to answer next; none of it is domain state")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Answers; with 304 if the client has this version.
    Serve,
    /// Answers with this status.
    Status(u16),
    /// Says nothing, and keeps the connection.
    Stall,
    /// Ends the connection in the middle of the body.
    Cut,
    /// Sends the client to another path, which serves.
    Redirect,
}

struct Shared {
    mode: Mode,
    body: Vec<u8>,
    etag: String,
    asked: Vec<String>,
    kept: Vec<TcpStream>,
}

/// The server. Its thread ends with the test's process.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) url: String,
    shared: Arc<Mutex<Shared>>,
}

impl Web {
    pub(crate) fn start(etag: &str, body: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/list.crl", listener.local_addr().unwrap());
        let shared = Shared { mode: Mode::Serve, body, etag: etag.to_owned(), asked: vec![], kept: vec![] };
        let web = Self { url, shared: Arc::new(Mutex::new(shared)) };
        let serving = web.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that has gone away is none of the server's business.
                let _ = serving.answer(stream);
            }
        });
        web
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.shared.lock().unwrap().mode = mode;
    }

    pub(crate) fn publish(&self, etag: &str, body: Vec<u8>) {
        let mut shared = self.shared.lock().unwrap();
        (shared.etag, shared.body) = (etag.to_owned(), body);
    }

    /// The heads of all requests so far, in small letters.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.lock().unwrap().asked.clone()
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut head = String::new();
        let mut lines = BufReader::new(stream.try_clone()?);
        while !head.ends_with("\r\n\r\n") && lines.read_line(&mut head)? > 0 {}
        let head = head.to_lowercase();
        let mut shared = self.shared.lock().unwrap();
        shared.asked.push(head.clone());
        let close = "connection: close\r\n";
        let length = shared.body.len();
        let marks = format!("etag: {}\r\nlast-modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n", shared.etag);
        let knows = head.contains(&format!("if-none-match: {}\r\n", shared.etag));
        match shared.mode {
            Mode::Stall => shared.kept.push(stream),
            Mode::Status(status) => write!(stream, "HTTP/1.1 {status} No\r\n{close}content-length: 0\r\n\r\n")?,
            Mode::Redirect if !head.contains("/moved") => {
                write!(stream, "HTTP/1.1 302 Found\r\n{close}location: /moved\r\ncontent-length: 0\r\n\r\n")?;
            }
            Mode::Serve if knows => write!(stream, "HTTP/1.1 304 Not Modified\r\n{close}{marks}\r\n")?,
            mode => {
                write!(stream, "HTTP/1.1 200 OK\r\n{close}{marks}content-length: {length}\r\n\r\n")?;
                let sent = if mode == Mode::Cut { length / 2 } else { length };
                stream.write_all(shared.body.get(..sent).unwrap_or_default())?;
            }
        }
        Ok(())
    }
}
