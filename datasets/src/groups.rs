//! How rows are shared out among the rows they refer to: who refers to whom, in both directions, without a list.
//!
//! The children, in shuffled order, are cut into one run per parent. Only the ends of the runs are kept, so the parent
//! of a child is a binary search, and the children of a parent are a range.

use crate::shuffle::Shuffle;

/// Children shared out among parents. Both are numbered from 0.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    order: Shuffle,
    ends: Vec<u64>,
}

impl Groups {
    /// Shares `children` out in proportion to `weights`, one weight a parent, after each parent got `at_least`.
    ///
    /// The caller has checked that there is a parent, that some weight is above 0, and that there are enough children.
    pub(crate) fn new(
        children: u64,
        at_least: u64,
        weights: impl Iterator<Item = u64> + Clone,
        keys: [u64; 4],
    ) -> Self {
        let total: u128 = weights.clone().map(u128::from).sum();
        let parents = weights.clone().count() as u64;
        let free = u128::from(children.saturating_sub(at_least * parents));
        let mut sum = 0;
        let ends = weights
            .zip(1..)
            .map(|(weight, parent)| {
                sum += u128::from(weight);
                // Whole numbers throughout: the same shares on every machine, and they add up to all children.
                at_least * parent + u64::try_from(free * sum / total.max(1)).unwrap_or(u64::MAX)
            })
            .collect();
        Groups { order: Shuffle::new(children, keys), ends }
    }

    /// The parent of a child.
    pub(crate) fn parent_of(&self, child: u64) -> u64 {
        let place = self.order.place(child);
        self.ends.partition_point(|end| *end <= place) as u64
    }

    /// How many children a parent has.
    pub(crate) fn size_of(&self, parent: u64) -> u64 {
        let (start, end) = self.run(parent);
        end - start
    }

    /// A child of a parent, by its position among them.
    pub(crate) fn child_of(&self, parent: u64, position: u64) -> u64 {
        self.order.at(self.run(parent).0 + position)
    }

    /// The position of a child among those of its parent.
    pub(crate) fn position_of(&self, child: u64) -> u64 {
        let place = self.order.place(child);
        place - self.run(self.ends.partition_point(|end| *end <= place) as u64).0
    }

    fn run(&self, parent: u64) -> (u64, u64) {
        let parent = usize::try_from(parent).unwrap_or(usize::MAX);
        let start = if parent == 0 { 0 } else { self.ends[parent - 1] };
        (start, self.ends[parent])
    }
}

/// One huge parent: the k-th has the weight 1/k^1.5. Square roots and quotients are exact to the last bit everywhere
/// (IEEE 754), powers are not.
pub(crate) fn zipf(parents: u64) -> impl Iterator<Item = u64> + Clone {
    const SCALE: f64 = 1_099_511_627_776.0;
    (1..=parents).map(|k| {
        let k = k as f64;
        (SCALE / (k * k.sqrt())) as u64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_children_are_shared_out_and_found_again() {
        let weights = [5, 0, 3, 1, 9_u64];
        let groups = Groups::new(100, 2, weights.into_iter(), [1, 2, 3, 4]);
        let sizes: Vec<u64> = (0..5).map(|parent| groups.size_of(parent)).collect();
        assert_eq!(sizes.iter().sum::<u64>(), 100);
        assert_eq!(sizes, [27, 2, 17, 7, 47]);
        for parent in 0..5 {
            for position in 0..groups.size_of(parent) {
                let child = groups.child_of(parent, position);
                assert_eq!((groups.parent_of(child), groups.position_of(child)), (parent, position));
            }
        }
    }

    #[test]
    fn equal_weights_give_equal_shares() {
        let groups = Groups::new(120, 0, std::iter::repeat_n(1, 12), [1, 2, 3, 4]);
        assert!((0..12).all(|parent| groups.size_of(parent) == 10));
    }

    #[test]
    fn zipf_makes_one_parent_huge() {
        let groups = Groups::new(100, 1, zipf(10), [1, 2, 3, 4]);
        let sizes: Vec<u64> = (0..10).map(|parent| groups.size_of(parent)).collect();
        assert_eq!(sizes[0], 46);
        assert!(sizes.is_sorted_by(|a, b| a >= b || a + 1 == *b), "{sizes:?}");
        assert!(sizes.iter().all(|size| *size >= 1));
    }
}
