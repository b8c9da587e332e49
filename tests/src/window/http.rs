//! The little HTTP that WebDriver needs: one request a connection, JSON there and back, on this machine only.

use super::Fault;
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Longer than any answer may take: a script that waits for a run.
const PATIENCE: Duration = Duration::from_secs(180);

/// Sends `body` and reads the `value` of the answer.
pub(super) fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Fault> {
    let request = format!("{method} {path}");
    let answer =
        exchange(port, &request, body).map_err(|source| Fault::Connection { request: request.clone(), source })?;
    let Ok(mut answered) = serde_json::from_slice::<Value>(&payload(&answer)) else {
        let answer = String::from_utf8_lossy(&answer).chars().take(300).collect();
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

fn exchange(port: u16, request: &str, body: Option<&Value>) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json; charset=utf-8\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// What follows the head, put together when it came in chunks.
fn payload(answer: &[u8]) -> Vec<u8> {
    let (head, payload) = cut(answer, b"\r\n\r\n");
    if !String::from_utf8_lossy(head).to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return payload.to_vec();
    }
    let (mut rest, mut whole) = (payload, Vec::new());
    loop {
        let (size, after) = cut(rest, b"\r\n");
        let size = usize::from_str_radix(String::from_utf8_lossy(size).trim(), 16).unwrap_or(0);
        match after.get(..size) {
            Some(chunk) if !chunk.is_empty() => whole.extend_from_slice(chunk),
            Some(_) | None => return whole,
        }
        rest = after.get(size + 2..).unwrap_or_default();
    }
}

/// Before and after the first `mark`; all and nothing without one.
fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    match bytes.windows(mark.len()).position(|window| window == mark) {
        Some(at) => (&bytes[..at], &bytes[at + mark.len()..]),
        None => (bytes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_in_chunks_is_put_together() {
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"ä\":\r\n2\r\n1}\r\n0\r\n\r\n";
        assert_eq!(payload(answer.as_bytes()), "{\"ä\":1}".as_bytes());
        assert_eq!(payload(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), b"{}");
    }
}
