//! Addresses of networks and of their cards.

use super::fixed;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An address, with the length of its network where it is not the whole address or the type is a network's.
pub(super) fn address(raw: &[u8], is_network: bool, text: &mut String) -> Option<()> {
    let [_family, length, _is_network, size, bytes @ ..] = raw else { return None };
    match size {
        4 => write!(text, "{}", Ipv4Addr::from(fixed::<4>(bytes)?)).ok()?,
        16 => write!(text, "{}", Ipv6Addr::from(fixed::<16>(bytes)?)).ok()?,
        _ => return None,
    }
    if is_network || u32::from(*length) != 8 * u32::from(*size) {
        write!(text, "/{length}").ok()?;
    }
    Some(())
}

/// The address of a card.
pub(super) fn hardware(raw: &[u8], text: &mut String) -> Option<()> {
    for (index, byte) in raw.iter().enumerate() {
        write!(text, "{}{byte:02x}", if index == 0 { "" } else { ":" }).ok()?;
    }
    Some(())
}
