//! What holds for both charts.

use super::*;
use crate::fixture;
use crate::rows::rows;
use fetchscope_experiment::outcome::Outcome;

fn drawn(outcome: &Outcome, width: u32, height: u32) -> Pair {
    pair(&rows(outcome), &Style { theme: Theme::Light, width, height, scale: 1.0 }).unwrap()
}

#[test]
fn the_drawing_is_the_same_everywhere() {
    let rows = rows(&fixture::tied());
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let Pair { queries, latency } = pair(&rows, &Style { theme, width: 520, height: 140, scale: 1.0 }).unwrap();
        insta::assert_snapshot!(format!("queries_{name}"), queries.svg);
        insta::assert_snapshot!(format!("latency_{name}"), latency.svg);
    }
}

#[test]
fn marks_lie_inside_one_a_variant_in_row_order_and_across() {
    for outcome in [fixture::article(), fixture::pair(), fixture::troubled(), fixture::dozen()] {
        for (width, height) in [(560, 240), (300, 120), (1400, 700), (90, 120)] {
            let Pair { queries, latency } = drawn(&outcome, width, height);
            assert_eq!((queries.height, queries.marks.len()), (latency.height, outcome.variants.len()));
            assert!(queries.height >= height);
            let mut above = 0.0;
            for (index, (left, right)) in queries.marks.iter().zip(&latency.marks).enumerate() {
                let letter = crate::rows::letter(index);
                assert_eq!((&left.id, &right.id), (&format!("queries:{letter}"), &format!("latency:{letter}")));
                assert_eq!((left.row, left.y, left.height), (index, right.y, right.height));
                for mark in [left, right] {
                    assert!(mark.x >= 0.0 && mark.x + mark.width <= f64::from(width) + 0.01, "{mark:?} in {width}");
                    assert!(mark.y >= above - 0.01 && mark.y + mark.height <= f64::from(queries.height), "{mark:?}");
                }
                above = left.y + left.height;
            }
        }
    }
}

#[test]
fn over_fifty_times_draws_dots_and_says_so() {
    let article = drawn(&fixture::article(), 560, 240);
    assert!(article.queries.svg.contains("logarithmic axis") && article.queries.svg.contains("<circle"));
    assert!(!article.latency.svg.contains("logarithmic") && !article.latency.svg.contains("<circle"));
    let pair = drawn(&fixture::pair(), 560, 240);
    assert!(!pair.queries.svg.contains("logarithmic") && pair.queries.svg.contains("<rect"));
    let dozen = drawn(&fixture::dozen(), 560, 240);
    assert!(dozen.latency.svg.contains("logarithmic axis"));
}

#[test]
fn names_are_shortened_and_harmless() {
    let hostile = "<script>alert(1)</script>\u{7}&\"quoted\"";
    let mut outcome = fixture::pair();
    outcome.variants[0].name = hostile.to_owned();
    outcome.variants[1].name = "organization selectin, tenant joined, roles by subquery, profile immediate".to_owned();
    let Pair { queries, latency } = drawn(&outcome, 420, 120);
    for svg in [&queries.svg, &latency.svg] {
        assert!(!svg.contains("<script") && !svg.contains('\u{7}'), "{svg}");
    }
    assert!(queries.svg.contains("&lt;script&gt;"));
    let drawn_name = queries.svg.lines().find(|line| line.starts_with("organization")).unwrap();
    assert!(drawn_name.ends_with('…'), "{drawn_name}");
    assert_eq!(queries.marks[1].label, format!("B {}", outcome.variants[1].name), "the mark has the whole name");
}

#[test]
fn what_has_no_time_says_why_and_is_never_zero() {
    let Pair { queries, latency } = drawn(&fixture::troubled(), 700, 240);
    let values: Vec<&str> = latency.marks.iter().map(|mark| mark.value.as_str()).collect();
    assert_eq!(
        values[2..],
        [
            "wrong answer: 4 roots missing",
            "raises InvalidRequestError",
            "no request finished: no connection became free within 30 s",
            "not measured: the run was cancelled before",
        ]
    );
    assert!(latency.svg.contains("\n– not measured: the run was cancelled before\n"));
    assert_eq!(queries.marks[2].value, "1", "counts are exact even where the answer is wrong");
    assert!(queries.svg.contains("\nwrong answer\n"));
}

#[test]
fn a_wrong_answer_is_red() {
    let palette = crate::palette::Palette::of(Theme::Light).unwrap();
    let red = format!("fill=\"{}\"", palette.inks.error);
    assert!(drawn(&fixture::troubled(), 700, 240).latency.svg.contains(&red));
    assert!(!drawn(&fixture::article(), 700, 240).latency.svg.contains(&red));
}

#[test]
fn what_the_rounds_do_not_tell_apart_is_said_to_be_indistinguishable() {
    let Pair { latency, .. } = drawn(&fixture::tied(), 560, 240);
    let said =
        |row: usize| latency.marks[row].details.iter().find(|(name, _)| name == "indistinguishable from").cloned();
    assert_eq!(said(0), None);
    assert_eq!(said(1).unwrap().1, "C selectin, tenant joined: no detectable difference over the rounds");
}

#[test]
fn nothing_and_one_can_be_drawn() {
    let nothing = drawn(&fixture::empty(&[]), 400, 120);
    assert!(nothing.latency.svg.contains("No variants") && nothing.latency.marks.is_empty());
    let mut one = fixture::pair();
    one.variants.truncate(1);
    assert_eq!(drawn(&one, 400, 120).latency.marks.len(), 1);
    assert!(drawn(&one, 400, 120).latency.svg.contains("baseline"));
}

#[test]
fn a_drawing_says_what_it_is_and_scales() {
    let Pair { latency, .. } = drawn(&fixture::pair(), 500, 160);
    assert!(latency.svg.starts_with(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"500\" height=\"160\" viewBox=\"0 0 5000 1600\" role=\"img\""
    ));
    assert!(latency.svg.contains("<title>Wall-clock latency</title>"));
    assert!(
        latency.description.starts_with("Wall-clock latency: A selectin 27")
            && latency.description.contains("(baseline)")
    );
    let large = Style { theme: Theme::Dark, width: 500, height: 240, scale: 1.6 };
    let large = super::latency(&rows(&fixture::pair()), &large).unwrap();
    assert!(large.svg.contains("font-size=\"208") && large.marks[0].height > latency.marks[0].height);
}
