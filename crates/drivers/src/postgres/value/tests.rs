//! Each type from the bytes that a server of version 15 sent for it.

use super::*;
use fetchscope_engine::value::Value;

fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b' ').collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn decoded(ty: &Type, digits: &str) -> Value {
    let mut values = Values::default();
    push(ty, Some(&unhex(digits)), &mut values);
    assert_eq!(values.len(), 1);
    values.get(0).to_value()
}

fn text(ty: &Type, digits: &str) -> String {
    let value = decoded(ty, digits);
    let Value::Text(text) = value else { panic!("{value:?} is no text") };
    text.into()
}

#[test]
fn numbers_and_truths_are_themselves() {
    assert_eq!(decoded(&Type::INT2, "ffff"), Value::Integer(-1));
    assert_eq!(decoded(&Type::INT4, "00000007"), Value::Integer(7));
    assert_eq!(decoded(&Type::INT8, "7fffffffffffffff"), Value::Integer(i64::MAX));
    assert_eq!(decoded(&Type::OID, "ffffffff"), Value::Integer(4_294_967_295));
    assert_eq!(decoded(&Type::BOOL, "01"), Value::Boolean(true));
    assert_eq!(decoded(&Type::FLOAT8, "3fe0000000000000"), Value::Real(0.5));
    assert_eq!(decoded(&Type::FLOAT4, "3fc00000"), Value::Real(1.5));
    assert_eq!(decoded(&Type::BYTEA, "00ff"), Value::Blob([0, 255].into()));
    let mut values = Values::default();
    push(&Type::INT4, None, &mut values);
    assert_eq!(values.get(0), ValueRef::Null);
}

#[test]
fn decimals_are_written_as_python_writes_them() {
    let cases = [
        ("0002 0000 0000 0002 000c 1388", "12.50"),
        ("0002 0000 4000 0002 000c 1388", "-12.50"),
        ("0000 0000 0000 0000", "0"),
        ("0000 0000 0000 0002", "0.00"),
        ("0000 0000 0000 0007", "0E-7"),
        ("0001 0002 0000 0000 0001", "100000000"),
        ("0001 ffff 0000 0004 0001", "0.0001"),
        ("0001 fffe 0000 0006 0064", "0.000001"),
        ("0001 fffe 0000 000a 000c", "1.200E-7"),
        ("0001 fffe 0000 0008 0001", "1E-8"),
        ("0000 0000 c000 0000", "NaN"),
        ("0000 0000 d000 0020", "Infinity"),
        ("0000 0000 f000 0020", "-Infinity"),
    ];
    let written: Vec<_> = cases.iter().map(|(digits, _)| text(&Type::NUMERIC, digits)).collect();
    assert_eq!(written, cases.map(|(_, expected)| expected));
}

#[test]
fn dates_and_times_are_iso_8601() {
    let moment = |microseconds: i64| text(&Type::TIMESTAMP, &format!("{microseconds:016x}"));
    assert_eq!(moment(0), "2000-01-01T00:00:00");
    assert_eq!(moment(757_479_845_000_000), "2024-01-02T03:04:05");
    assert_eq!(moment(757_479_845_000_070), "2024-01-02T03:04:05.000070");
    assert_eq!(moment(-1), "1999-12-31T23:59:59.999999");
    assert_eq!(moment(i64::MAX), "infinity");
    assert_eq!(moment(i64::MIN), "-infinity");
    assert_eq!(text(&Type::TIMESTAMPTZ, "0000000000000000"), "2000-01-01T00:00:00+00:00");
    let day = |days: i32| text(&Type::DATE, &format!("{days:08x}"));
    assert_eq!([day(59), day(-1), day(-730_119)], ["2000-02-29", "1999-12-31", "0001-01-01"]);
    assert_eq!([day(-730_120), day(i32::MAX)], ["0001-12-31 BC", "infinity"]);
    assert_eq!(text(&Type::TIME, "0000000292555340"), "03:04:05");
    assert_eq!(text(&Type::TIMETZ, "0000000292555340ffffe3e0"), "03:04:05+02:00");
    assert_eq!(text(&Type::INTERVAL, "000000036c97a760 00000003 0000000e"), "1 year 2 mons 3 days 04:05:06.78");
    assert_eq!(text(&Type::INTERVAL, "ffffffffffe91ca0 fffffffe fffffff4"), "-1 years -2 days -00:00:01.5");
    assert_eq!(text(&Type::INTERVAL, "0000000000000000 00000000 00000000"), "00:00:00");
}

#[test]
fn other_types_are_written_as_the_server_writes_them() {
    let cases = [
        (Type::UUID, "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        (Type::JSONB, "017b2261223a20317d", "{\"a\": 1}"),
        (Type::INET, "0220 0004 0a000001", "10.0.0.1"),
        (Type::INET, "0218 0004 0a000001", "10.0.0.1/24"),
        (Type::CIDR, "0220 0104 0a000001", "10.0.0.1/32"),
        (Type::INET, "0380 0010 00000000000000000000000000000001", "::1"),
        (Type::MACADDR, "08002b010203", "08:00:2b:01:02:03"),
        (Type::VARBIT, "00000003 a0", "101"),
        (Type::MONEY, "ffffffffffffff85", "-1.23"),
        (Type::PG_LSN, "00000001 0000abcd", "1/ABCD"),
        (Type::POINT, "3ff0000000000000 4000000000000000", "(1,2)"),
        (Type::TEXT, "c3a9", "é"),
    ];
    for (ty, digits, expected) in cases {
        assert_eq!(text(&ty, digits), expected, "{ty}");
    }
}

#[test]
fn arrays_are_json_and_ranges_as_the_server_has_them() {
    let numbers = "00000001 00000001 00000017 00000003 00000001 00000004 00000001 ffffffff 00000004 00000003";
    assert_eq!(text(&Type::INT4_ARRAY, numbers), "[1,null,3]");
    assert_eq!(text(&Type::INT4_ARRAY, "00000000 00000000 00000017"), "[]");
    let square = "00000002 00000000 00000019 00000002 00000001 00000001 00000001 00000001 61 00000001 22";
    assert_eq!(text(&Type::TEXT_ARRAY, square), "[[\"a\"],[\"\\\"\"]]");
    assert_eq!(text(&Type::INT4_RANGE, "02 00000004 00000001 00000004 00000005"), "[1,5)");
    assert_eq!(text(&Type::INT4_RANGE, "12 00000004 00000001"), "[1,)");
    assert_eq!(text(&Type::INT4_RANGE, "01"), "empty");
    let ranges =
        "00000002 00000011 02 00000004 00000001 00000004 00000003 00000011 02 00000004 00000005 00000004 00000008";
    assert_eq!(text(&Type::INT4MULTI_RANGE, ranges), "{[1,3),[5,8)}");
    assert_eq!(text(&Type::TS_RANGE, "12 00000008 0000000000000000"), "[2000-01-01T00:00:00,)");
}

#[test]
fn what_is_unknown_or_broken_is_carried_as_digits() {
    let own = Type::new("own".into(), 99_999, Kind::Simple, "public".into());
    assert_eq!(text(&own, "00ff10"), "00ff10");
    assert_eq!(text(&Type::INT4, "0001"), "0001");
    assert_eq!(text(&Type::NUMERIC, "0002 0000 0000"), "000200000000");
    assert_eq!(text(&Type::INT4_ARRAY, "7fffffff 00000000 00000017"), "7fffffff0000000000000017");
    assert_eq!(text(&Type::UUID, "00"), "00");
}

#[test]
fn no_bytes_are_too_strange() {
    use rand::{RngExt, SeedableRng};
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let types: Vec<Type> = (1..6_000).filter_map(Type::from_oid).collect();
    assert!(types.len() > 150);
    let mut values = Values::default();
    for ty in types {
        for _ in 0..300 {
            let length = random.random_range(0..40);
            // Small numbers are lengths and counts that make sense.
            let byte = |random: &mut rand_chacha::ChaCha8Rng| match random.random_range(0..3) {
                0 => 0,
                1 => random.random_range(0..5),
                _ => random.random(),
            };
            let raw: Vec<u8> = (0..length).map(|_| byte(&mut random)).collect();
            values.clear();
            push(&ty, Some(&raw), &mut values);
            assert_eq!(values.len(), 1);
        }
    }
}

#[test]
fn domains_are_their_base_and_enums_their_word() {
    let domain = Type::new("email".into(), 99_998, Kind::Domain(Type::TEXT), "public".into());
    assert_eq!(text(&domain, "6140"), "a@");
    let mood = Type::new("mood".into(), 99_997, Kind::Enum(vec!["ok".into()]), "public".into());
    assert_eq!(text(&mood, "6f6b"), "ok");
}
