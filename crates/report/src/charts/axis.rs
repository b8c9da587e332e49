//! Axes: linear from zero, or logarithmic where the largest value is over fifty times the smallest.

/// Over this ratio of the largest to the smallest positive value an axis is logarithmic.
const LOGARITHMIC_OVER: f64 = 50.0;

/// A horizontal axis between two px positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    scale: Scale,
    left: f64,
    right: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    Linear { end: f64 },
    Logarithmic { start: f64, end: f64 },
}

impl Axis {
    /// An axis for the values that are compared, reaching to `end`, which may lie beyond them (a whisker).
    pub(crate) fn new(values: &[f64], end: f64, left: f64, right: f64) -> Axis {
        let positive = values.iter().copied().filter(|value| *value > 0.0);
        let (smallest, largest) =
            positive.fold((f64::INFINITY, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
        let end = end.max(largest);
        let scale = if largest > smallest * LOGARITHMIC_OVER {
            // A little room to the left, so that the smallest dot does not sit on the edge.
            Scale::Logarithmic { start: smallest / 1.4, end }
        } else {
            Scale::Linear { end: if end > 0.0 { end } else { 1.0 } }
        };
        Axis { scale, left, right }
    }

    /// A linear axis from zero, however far the values lie apart.
    pub(crate) fn linear(end: f64, left: f64, right: f64) -> Axis {
        Axis { scale: Scale::Linear { end: if end > 0.0 { end } else { 1.0 } }, left, right }
    }

    /// A logarithmic axis for positive values.
    pub(crate) fn logarithmic(values: &[f64], left: f64, right: f64) -> Axis {
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = values.iter().copied().fold(smallest, f64::max);
        Axis { scale: Scale::Logarithmic { start: smallest / 1.4, end: largest }, left, right }
    }

    /// Whether a bar would have no zero to start from.
    pub(crate) fn is_logarithmic(&self) -> bool {
        match self.scale {
            Scale::Linear { .. } => false,
            Scale::Logarithmic { .. } => true,
        }
    }

    /// The largest value.
    pub(crate) fn end(&self) -> f64 {
        match self.scale {
            Scale::Linear { end } | Scale::Logarithmic { end, .. } => end,
        }
    }

    /// The px position of a value; what lies outside is held at the edge.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear { end } => value / end,
            Scale::Logarithmic { start, end } if value > 0.0 => (value / start).ln() / (end / start).ln(),
            Scale::Logarithmic { .. } => 0.0,
        };
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0)
    }

    /// Round values at least `room` px apart, ascending; `whole` leaves out fractions.
    pub(crate) fn ticks(&self, room: f64, whole: bool) -> Vec<f64> {
        match self.scale {
            Scale::Linear { end } => {
                let most = ((self.right - self.left) / room).max(1.0);
                let step = round_step(end / most, whole);
                (0..).map(|index| f64::from(index) * step).take_while(|tick| *tick <= end * (1.0 + 1e-9)).collect()
            }
            Scale::Logarithmic { start, end } => {
                let (first, last) = (start.log10().ceil() as i32, end.log10().floor() as i32);
                let px_per_decade = (self.right - self.left) / (end / start).log10();
                let every = (room / px_per_decade).ceil().max(1.0) as usize;
                (first..=last).step_by(every).map(|power| 10f64.powi(power)).collect()
            }
        }
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
fn round_step(least: f64, whole: bool) -> f64 {
    let power = 10f64.powi(least.log10().floor() as i32);
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= least * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * power);
    if whole { step.max(1.0) } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_axes_begin_at_zero() {
        let axis = Axis::new(&[21.0, 86.0], 99.0, 100.0, 298.0);
        assert!(!axis.is_logarithmic());
        assert_eq!((axis.at(0.0), axis.at(99.0)), (100.0, 298.0));
        assert_eq!(axis.ticks(50.0, false), [0.0, 50.0]);
        assert_eq!(axis.ticks(40.0, false), [0.0, 20.0, 40.0, 60.0, 80.0]);
    }

    #[test]
    fn over_fifty_times_is_logarithmic_and_fifty_times_is_not() {
        assert!(!Axis::new(&[2.0, 100.0], 100.0, 0.0, 100.0).is_logarithmic());
        assert!(Axis::new(&[2.0, 100.1], 100.1, 0.0, 100.0).is_logarithmic());
        assert!(!Axis::new(&[0.0, 100.0], 100.0, 0.0, 100.0).is_logarithmic(), "zero is no ratio");
    }

    #[test]
    fn a_decade_is_as_wide_as_the_next() {
        let axis = Axis::new(&[1.0, 1000.0], 1000.0, 0.0, 300.0);
        let widths = [axis.at(10.0) - axis.at(1.0), axis.at(100.0) - axis.at(10.0)];
        assert!((widths[0] - widths[1]).abs() < 1e-9 && widths[0] > 80.0, "{widths:?}");
        assert_eq!(axis.ticks(40.0, true), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(axis.ticks(150.0, true), [1.0, 100.0]);
    }

    #[test]
    fn nothing_to_show_still_has_an_axis() {
        let axis = Axis::new(&[], 0.0, 0.0, 100.0);
        assert_eq!(axis.at(0.0), 0.0);
        assert_eq!(axis.ticks(40.0, true), [0.0, 1.0]);
    }
}
