//! Every type from the server to a value, and from a value back to the server.

use crate::connect;
use fetchscope_drivers::postgres::Session;
use fetchscope_drivers::postgres::value::{Param, push_row};
use fetchscope_engine::value::{Value, Values};
use fetchscope_test_postgres::server;

/// Expressions, and what an application gets of them.
const EXPRESSIONS: [(&str, &str); 54] = [
    ("'-7'::smallint", "-7"),
    ("'7'::integer", "7"),
    ("'9007199254740993'::bigint", "9007199254740993"),
    ("'1.5'::real", "1.5"),
    ("'0.1'::double precision", "0.1"),
    ("true", "true"),
    ("'12.50'::numeric(10, 2)", "\"12.50\""),
    ("'-0.000000001200'::numeric", "\"-1.200E-9\""),
    ("'123456789012345678901234567890.5'::numeric", "\"123456789012345678901234567890.5\""),
    ("'NaN'::numeric", "\"NaN\""),
    ("'12.34'::money", "\"12.34\""),
    ("'é''s'::text", "\"é's\""),
    ("'ab'::varchar(3)", "\"ab\""),
    ("'ab'::char(3)", "\"ab \""),
    ("'n'::name", "\"n\""),
    ("'x'::\"char\"", "\"x\""),
    ("'\\x00ff'::bytea", "\"00ff\""),
    ("'2024-02-29'::date", "\"2024-02-29\""),
    ("'infinity'::date", "\"infinity\""),
    ("'03:04:05.000060'::time", "\"03:04:05.000060\""),
    ("'03:04:05+02'::timetz", "\"03:04:05+02:00\""),
    ("'2024-01-02 03:04:05'::timestamp", "\"2024-01-02T03:04:05\""),
    ("'1999-12-31 23:59:59.5'::timestamp", "\"1999-12-31T23:59:59.500000\""),
    ("'2024-01-02 03:04:05+02'::timestamptz", "\"2024-01-02T01:04:05+00:00\""),
    ("'1 year 2 mons -3 days 04:05:06'::interval", "\"1 year 2 mons -3 days 04:05:06\""),
    ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""),
    ("'{\"a\":  1}'::json", "\"{\\\"a\\\":  1}\""),
    ("'{\"a\":  1}'::jsonb", "\"{\\\"a\\\": 1}\""),
    ("'<a/>'::xml", "\"<a/>\""),
    ("'10.0.0.1/24'::inet", "\"10.0.0.1/24\""),
    ("'2001:db8::/32'::cidr", "\"2001:db8::/32\""),
    ("'08:00:2b:01:02:03'::macaddr", "\"08:00:2b:01:02:03\""),
    ("B'101'::bit(3)", "\"101\""),
    ("B'1'::varbit", "\"1\""),
    ("26::oid", "26"),
    ("'(1,2.5)'::point", "\"(1,2.5)\""),
    ("'[(1,2),(3,4)]'::lseg", "\"[(1,2),(3,4)]\""),
    ("'(3,4),(1,2)'::box", "\"(3,4),(1,2)\""),
    ("'{1,-1,0.5}'::line", "\"{1,-1,0.5}\""),
    ("'<(1,2),3>'::circle", "\"<(1,2),3>\""),
    ("'[(1,2),(3,4)]'::path", "\"[(1,2),(3,4)]\""),
    ("'((1,2),(3,4))'::polygon", "\"((1,2),(3,4))\""),
    ("'$.\"a\"'::jsonpath", "\"$.\\\"a\\\"\""),
    ("'(7,2)'::tid", "\"(7,2)\""),
    ("'1/ABCD'::pg_lsn", "\"1/ABCD\""),
    ("'bad'::mood", "\"bad\""),
    ("'a@b'::email", "\"a@b\""),
    ("ARRAY[1, NULL, 3]", "\"[1,null,3]\""),
    ("ARRAY['a', 'b\"c']::mood_or_text[]", "\"[\\\"a\\\",\\\"b\\\\\\\"c\\\"]\""),
    ("'[1,5)'::int4range", "\"[1,5)\""),
    ("'[2024-01-01,2024-02-01)'::daterange", "\"[2024-01-01,2024-02-01)\""),
    ("'{[1,3),[5,8)}'::int4multirange", "\"{[1,3),[5,8)}\""),
    ("'a:1A b:2,3C o''clock'::tsvector", "\"'a':1A 'b':2,3C 'o''clock'\""),
    ("NULL::integer", "null"),
];

fn session() -> Session {
    let types = "CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN email AS varchar(80); \
                 CREATE DOMAIN mood_or_text AS text";
    connect(&server().unwrap().database(types).unwrap())
}

fn first(session: &Session, sql: &str, params: &[Value]) -> Value {
    let statement = session.block_on(session.client().prepare(sql)).unwrap();
    let params: Vec<Param<'_>> = params.iter().map(Param).collect();
    let params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = params.iter().map(|param| param as _).collect();
    let row = session.block_on(session.client().query_one(&statement, &params)).unwrap();
    let mut values = Values::default();
    push_row(&row, &mut values).unwrap();
    values.get(0).to_value()
}

#[test]
fn each_type_is_decoded_as_an_application_has_it() {
    let session = session();
    let decoded: Vec<(&str, String)> = EXPRESSIONS
        .iter()
        .map(|(expression, _)| {
            (*expression, first(&session, &format!("SELECT {expression}"), &[]).to_json().to_string())
        })
        .collect();
    let expected: Vec<(&str, String)> = EXPRESSIONS.iter().map(|(from, to)| (*from, (*to).to_owned())).collect();
    assert_eq!(decoded, expected);
}

#[test]
fn a_decoded_value_finds_its_row_again_as_a_parameter() {
    let session = session();
    // These have no equality, or come as something else than what the server reads.
    let other =
        ["NULL", "json", "xml", "point", "ARRAY", "char(3)", "line", "path", "polygon", "lseg", "box", "circle"];
    for (expression, _) in
        EXPRESSIONS.iter().filter(|(expression, _)| !other.iter().any(|part| expression.contains(part)))
    {
        let value = first(&session, &format!("SELECT {expression}"), &[]);
        let found = first(
            &session,
            &format!("SELECT v.a = $1 FROM (SELECT {expression} AS a) AS v"),
            std::slice::from_ref(&value),
        );
        assert_eq!(found, Value::Boolean(true), "{expression} as {value:?}");
    }
}

#[test]
fn a_type_that_nobody_knows_is_carried_and_never_a_failure() {
    let session = session();
    session.ask("BEGIN READ WRITE; CREATE TYPE pair AS (a int, b text)").unwrap();
    let carried = first(&session, "SELECT ROW(1, 'x')::pair", &[]);
    assert!(
        matches!(&carried, Value::Text(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit())),
        "{carried:?}"
    );
    let carried = first(&session, "SELECT 'a & b'::tsquery", &[]);
    assert!(matches!(carried, Value::Text(_)), "{carried:?}");
    session.ask("ROLLBACK").unwrap();
}
