//! Types of columns by SQLAlchemy's names for them.

use super::catalogue::{Oid, Type, TypeKind};
use std::collections::BTreeMap;

/// Domains over domains, and arrays of them: more than anybody stacks.
const DEEPEST: usize = 16;

/// The name of a type; a domain is called as what it is over, and what nobody knows as its database calls it.
pub(super) fn type_name(types: &BTreeMap<Oid, Type>, oid: Oid, modifier: i32) -> String {
    named(types, oid, modifier, DEEPEST)
}

fn named(types: &BTreeMap<Oid, Type>, oid: Oid, modifier: i32, deeper: usize) -> String {
    let Some((one, deeper)) = types.get(&oid).zip(deeper.checked_sub(1)) else { return "unknown".to_owned() };
    match one.kind {
        TypeKind::Enum => "enum".to_owned(),
        TypeKind::Domain(base, own) => named(types, base, own, deeper),
        // An array is compared as a whole, so its elements' length is of no use.
        TypeKind::Array(element) => {
            let element = named(types, element, -1, deeper);
            format!("{}[]", element.split('(').next().unwrap_or(&element))
        }
        TypeKind::Plain => match built_in(&one.name, modifier) {
            Some(name) if one.built_in => name,
            // A type of the database's own that is called like one of the server's is another.
            Some(_) => format!("own {}", one.name),
            None => one.name.clone(),
        },
    }
}

/// SQLAlchemy's name for a type of the server itself, where it is another than the server's.
fn built_in(name: &str, modifier: i32) -> Option<String> {
    // Lengths are kept with the four bytes that go before the text.
    let length = modifier.checked_sub(4).filter(|length| *length >= 0);
    let with_length = |name: &str, length: Option<i32>| match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    };
    Some(match name {
        "int2" => "smallinteger".to_owned(),
        "int4" => "integer".to_owned(),
        "int8" => "biginteger".to_owned(),
        "float4" => "real".to_owned(),
        "float8" => "float".to_owned(),
        "bool" => "boolean".to_owned(),
        "varchar" => with_length("string", length),
        "text" => "text".to_owned(),
        // Padded with spaces, and compared without them: not the same as a string.
        "bpchar" => with_length("character", length),
        "bytea" => "largebinary".to_owned(),
        "numeric" => match length {
            Some(both) => format!("numeric({}, {})", both >> 16, scale(both)),
            None => "numeric".to_owned(),
        },
        "timestamp" => "datetime".to_owned(),
        "date" | "time" | "json" | "jsonb" | "uuid" => name.to_owned(),
        "bit" | "varbit" => with_length(name, Some(modifier).filter(|bits| *bits >= 0)),
        _ => return None,
    })
}

/// Digits after the point; since version 15 they may be fewer than none, so that 1234 is kept as 1200.
fn scale(both: i32) -> i32 {
    ((both & 0x7ff) ^ 1024) - 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> BTreeMap<Oid, Type> {
        let own = |name: &str, kind| Type { name: name.to_owned(), kind, built_in: false };
        let built_in = |name: &str, kind| Type { name: name.to_owned(), kind, built_in: true };
        BTreeMap::from([
            (Oid(23), built_in("int4", TypeKind::Plain)),
            (Oid(25), built_in("text", TypeKind::Plain)),
            (Oid(1043), built_in("varchar", TypeKind::Plain)),
            (Oid(1042), built_in("bpchar", TypeKind::Plain)),
            (Oid(1700), built_in("numeric", TypeKind::Plain)),
            (Oid(1114), built_in("timestamp", TypeKind::Plain)),
            (Oid(1184), built_in("timestamptz", TypeKind::Plain)),
            (Oid(3904), built_in("int4range", TypeKind::Plain)),
            (Oid(1560), built_in("bit", TypeKind::Plain)),
            (Oid(1015), built_in("_varchar", TypeKind::Array(Oid(1043)))),
            (Oid(90001), own("mood", TypeKind::Enum)),
            (Oid(90002), own("_mood", TypeKind::Array(Oid(90001)))),
            (Oid(90003), own("email", TypeKind::Domain(Oid(1043), 84))),
            (Oid(90004), own("geometry", TypeKind::Plain)),
            (Oid(90005), own("text", TypeKind::Plain)),
            (Oid(90006), own("loop", TypeKind::Domain(Oid(90006), -1))),
        ])
    }

    #[test]
    fn types_have_the_names_that_sqlalchemy_has_for_them() {
        let named = |oid, modifier| type_name(&types(), Oid(oid), modifier);
        assert_eq!([named(23, -1), named(25, -1), named(1114, -1)], ["integer", "text", "datetime"]);
        assert_eq!([named(1043, -1), named(1043, 44), named(1042, 14)], ["string", "string(40)", "character(10)"]);
        assert_eq!([named(1700, -1), named(1700, (10 << 16 | 2) + 4)], ["numeric", "numeric(10, 2)"]);
        assert_eq!(named(1700, (3 << 16 | 0x7fe) + 4), "numeric(3, -2)");
        assert_eq!([named(1184, -1), named(3904, -1), named(1560, 3)], ["timestamptz", "int4range", "bit(3)"]);
    }

    #[test]
    fn types_of_a_database_are_carried_by_what_they_are() {
        let named = |oid| type_name(&types(), Oid(oid), -1);
        assert_eq!([named(90001), named(90002), named(1015)], ["enum", "enum[]", "string[]"]);
        assert_eq!([named(90003), named(90004), named(90005)], ["string(80)", "geometry", "own text"]);
        assert_eq!([named(90006), named(7)], ["unknown", "unknown"]);
    }
}
