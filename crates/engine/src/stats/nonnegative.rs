//! Least squares with coefficients that cannot be negative: costs are none.
//!
//! At the optimum the coefficients that are not zero are those of the unconstrained fit to their columns alone (Lawson and
//! Hanson, *Solving Least Squares Problems*, 1974, chapter 23). With a handful of columns every choice of them can be tried.

/// A row: what was counted, and what was measured with it.
pub type Row<const N: usize> = ([f64; N], f64);

/// The coefficients that miss the rows by the smallest sum of squares; `None` without a row.
#[must_use]
pub fn fit<const N: usize>(rows: &[Row<N>]) -> Option<[f64; N]> {
    if rows.is_empty() {
        return None;
    }
    let choices = 0..1u32 << N;
    let fits = choices.filter_map(|choice| fit_to(rows, choice));
    let fits = fits.filter(|found| found.iter().all(|one| *one >= 0.0));
    fits.map(|found| (missed(rows, &found), found)).min_by(|one, other| one.0.total_cmp(&other.0)).map(|one| one.1)
}

/// What the coefficients say of a row.
#[must_use]
pub fn predicted<const N: usize>(coefficients: &[f64; N], counted: &[f64; N]) -> f64 {
    coefficients.iter().zip(counted).map(|(one, count)| one * count).sum()
}

fn missed<const N: usize>(rows: &[Row<N>], coefficients: &[f64; N]) -> f64 {
    rows.iter().map(|(counted, measured)| (predicted(coefficients, counted) - measured).powi(2)).sum()
}

/// The unconstrained fit to the columns of a choice, the others being 0; `None` where they do not tell each other apart.
fn fit_to<const N: usize>(rows: &[Row<N>], choice: u32) -> Option<[f64; N]> {
    let columns: Vec<usize> = (0..N).filter(|column| choice & (1 << column) != 0).collect();
    // Columns of the same length, so that what is small beside what can be told.
    let length = |column: usize| rows.iter().map(|(counted, _)| counted[column].powi(2)).sum::<f64>().sqrt();
    let lengths: Vec<f64> = columns.iter().map(|column| length(*column)).collect();
    if lengths.contains(&0.0) {
        return None;
    }
    let scaled = |counted: &[f64; N], place: usize| counted[columns[place]] / lengths[place];
    let size = columns.len();
    // The normal equations, with what is measured as their last column.
    let mut equations = vec![vec![0.0; size + 1]; size];
    for (counted, measured) in rows {
        for (one, equation) in equations.iter_mut().enumerate() {
            for (other, sum) in equation.iter_mut().take(size).enumerate() {
                *sum += scaled(counted, one) * scaled(counted, other);
            }
            equation[size] += scaled(counted, one) * measured;
        }
    }
    let solved = solve(equations)?;
    let mut found = [0.0; N];
    for (place, column) in columns.iter().enumerate() {
        found[*column] = solved[place] / lengths[place];
    }
    Some(found)
}

/// A pivot below this, among columns of length 1, is rounding.
const SINGULAR: f64 = 1e-9;

/// Gauss-Jordan elimination with the largest pivot of each column.
fn solve(mut equations: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = equations.len();
    for step in 0..size {
        let pivot = (step..size).max_by(|a, b| equations[*a][step].abs().total_cmp(&equations[*b][step].abs()))?;
        equations.swap(step, pivot);
        if equations[step][step].abs() < SINGULAR {
            return None;
        }
        let row: Vec<f64> = equations[step].iter().map(|value| value / equations[step][step]).collect();
        for (place, equation) in equations.iter_mut().enumerate() {
            let factor = equation[step];
            if place != step {
                equation.iter_mut().zip(&row).for_each(|(value, of_row)| *value -= factor * of_row);
            }
        }
        equations[step] = row;
    }
    equations.into_iter().map(|equation| equation.last().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], wanted: &[f64]) {
        let near = |(one, other): (&f64, &f64)| (one - other).abs() < 1e-6 * other.abs().max(1.0);
        assert!(found.iter().zip(wanted).all(near), "{found:?} is not {wanted:?}");
    }

    #[test]
    fn costs_that_explain_everything_are_found() {
        let costs = [200_000.0, 7_000.0, 5_000.0];
        let counted = [[1.0, 1000.0, 1110.0], [3.0, 1110.0, 1110.0], [111.0, 1110.0, 1110.0], [1.0, 50.0, 55.0]];
        let rows: Vec<Row<3>> = counted.iter().map(|one| (*one, predicted(&costs, one))).collect();
        close(&fit(&rows).unwrap(), &costs);
    }

    #[test]
    fn no_cost_is_negative_and_the_best_of_the_others_is_taken() {
        // Unconstrained, the second would be -1.
        let rows = [([1.0, 0.0], 2.0), ([1.0, 1.0], 1.0), ([2.0, 1.0], 3.0)];
        let found = fit(&rows).unwrap();
        // (2 + 1 + 2 * 3) / (1 + 1 + 4)
        close(&found, &[1.5, 0.0]);
    }

    #[test]
    fn columns_that_say_the_same_are_not_told_apart() {
        let rows = [([1.0, 2.0], 4.0), ([2.0, 4.0], 8.0)];
        let found = fit(&rows).unwrap();
        assert!((predicted(&found, &[3.0, 6.0]) - 12.0).abs() < 1e-9, "{found:?}");
        assert!(found.contains(&0.0));
        assert_eq!(fit::<2>(&[]), None);
    }
}
