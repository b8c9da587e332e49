//! The little HTTP that WebDriver needs: one request a connection, JSON there and back, on this machine only.

use super::Fault;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Longer than any answer may take: a script that waits for a run.
const PATIENCE: Duration = Duration::from_secs(180);

/// Sends `body` and reads the `value` of the answer.
pub(super) fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Fault> {
    let request = format!("{method} {path}");
    let payload =
        exchange(port, &request, body).map_err(|source| Fault::Connection { request: request.clone(), source })?;
    let Ok(mut answered) = serde_json::from_slice::<Value>(&payload) else {
        let answer = String::from_utf8_lossy(&payload).chars().take(300).collect();
        return Err(Fault::Protocol { request, answer });
    };
    let value = answered["value"].take();
    match value["error"].as_str() {
        Some(error) if value["message"].is_string() => Err(Fault::Refused {
            request,
            error: error.to_owned(),
            message: value["message"].as_str().unwrap_or_default().to_owned(),
        }),
        Some(_) | None => Ok(value),
    }
}

/// The connection is closed from here once the answer is whole: told to close it itself, tauri-driver would pass that
/// on, and later reuse a connection to the native driver that is closing.
fn exchange(port: u16, request: &str, body: Option<&Value>) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json; charset=utf-8\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    payload(&mut BufReader::new(stream))
}

/// Reads an answer: its length is told by its head, or chunk by chunk.
fn payload(answer: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = line(answer)?.to_ascii_lowercase();
        match line.split_once(':') {
            Some(("content-length", told)) => length = told.trim().parse().map_err(io::Error::other)?,
            Some(("transfer-encoding", told)) => chunked = told.trim() == "chunked",
            Some(_) => {}
            None if line.is_empty() => break,
            None => {}
        }
    }
    if !chunked {
        return take(answer, length);
    }
    let mut whole = Vec::new();
    loop {
        let size = usize::from_str_radix(&line(answer)?, 16).map_err(io::Error::other)?;
        whole.extend(take(answer, size)?);
        line(answer)?;
        if size == 0 {
            return Ok(whole);
        }
    }
}

fn line(answer: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if answer.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn take(answer: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    answer.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_its_length_or_by_its_chunks() {
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"ä\":\r\n2\r\n1}\r\n0\r\n\r\nrest";
        assert_eq!(payload(&mut chunks.as_bytes()).unwrap(), "{\"ä\":1}".as_bytes());
        let counted = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}rest";
        assert_eq!(payload(&mut counted.as_bytes()).unwrap(), b"{}");
        assert!(payload(&mut "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}".as_bytes()).is_err());
    }
}
