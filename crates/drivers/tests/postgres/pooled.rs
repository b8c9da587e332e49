//! A pooler between: it takes no settings for a session, so each transaction has its own.

use crate::open;
use fetchscope_drivers::postgres::Guard;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// A message of the server.
fn message(sort: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[sort][..], &length.to_be_bytes(), body].concat()
}

/// The body of a message that begins with its length, and what stood before that where `sort` says so.
fn read(stream: &mut TcpStream, sort: bool) -> Option<Vec<u8>> {
    let mut head = [0; 5];
    let head = &mut head[usize::from(!sort)..];
    stream.read_exact(head).ok()?;
    let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap());
    let mut body = vec![0; length as usize - 4];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

/// Answers as PgBouncer does: no encryption, no settings; and what `version()` says to whoever asks for it.
fn answer(mut stream: TcpStream) -> Option<()> {
    const ENCRYPT: [u8; 4] = 80_877_103_u32.to_be_bytes();
    let mut start = read(&mut stream, false)?;
    if start == ENCRYPT {
        stream.write_all(b"N").ok()?;
        start = read(&mut stream, false)?;
    }
    if String::from_utf8_lossy(&start).contains("\0options\0") {
        let error = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
        return stream.write_all(&message(b'E', error)).ok();
    }
    let ready = message(b'Z', b"I");
    stream.write_all(&[message(b'R', &[0; 4]), message(b'K', &[0; 8]), ready.clone()].concat()).ok()?;
    loop {
        let question = read(&mut stream, true)?;
        if !String::from_utf8_lossy(&question).contains("version()") {
            stream.write_all(&[message(b'C', b"DONE\0"), ready.clone()].concat()).ok()?;
            continue;
        }
        let column = [&[0, 1][..], b"version\0", &[0; 6], &25_u32.to_be_bytes(), &[255, 255], &[0; 6]].concat();
        let value = b"PostgreSQL 16.1 on somewhere";
        let row = [&[0, 1][..], &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat();
        let said = [message(b'T', &column), message(b'D', &row), message(b'C', b"SELECT 1\0"), ready.clone()];
        stream.write_all(&said.concat()).ok()?;
    }
}

#[test]
fn behind_a_pooler_nothing_is_set_that_another_program_would_inherit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(|| answer(stream));
        }
    });
    let database = open(&format!("postgres://me@127.0.0.1:{port}/d")).unwrap();
    let session = database.connect().unwrap();
    assert_eq!(session.guard(), Guard::Transaction);
    assert_eq!(session.begin(), "BEGIN READ ONLY; SET LOCAL statement_timeout = 60000; SET LOCAL lock_timeout = 1500");
}
