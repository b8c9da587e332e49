//! Which sample: what stands after `sample:` in a source.

use crate::dataset;
use crate::error::DatasetError;
use std::fmt;
use std::str::FromStr;

/// Which sample: a dataset, and the choices that decide what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SampleSpec {
    /// Name of a built-in dataset, or the path of a folder with one (it contains a `/`, or a `\` on Windows).
    pub dataset: String,
    /// Size, by the dataset's own name for it.
    pub size: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether foreign keys have indexes.
    pub fk_indexes: bool,
    /// How large the tenants are.
    pub tenants: TenantSizes,
}

/// How large the tenants of a sample are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TenantSizes {
    /// All alike.
    #[default]
    Uniform,
    /// One huge one, and the others ever smaller: the k-th has a share proportional to 1/k^1.5.
    Zipf,
}

impl TenantSizes {
    /// The name a source uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TenantSizes::Uniform => "uniform",
            TenantSizes::Zipf => "zipf",
        }
    }
}

impl SampleSpec {
    /// The dataset with every choice at its default: size s, seed 1, foreign-key indexes, uniform tenants.
    #[must_use]
    pub fn of(dataset: &str) -> SampleSpec {
        SampleSpec {
            dataset: dataset.to_owned(),
            size: "s".to_owned(),
            seed: 1,
            fk_indexes: true,
            tenants: TenantSizes::Uniform,
        }
    }
}

impl FromStr for SampleSpec {
    type Err = DatasetError;

    /// Reads `citizenapp?size=m&seed=1&fk_indexes=off&tenants=zipf`; what is not said keeps its default. Names and
    /// sizes of built-in datasets are checked here, those of a folder when it is opened.
    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let (name, options) = text.split_once('?').unwrap_or((text, ""));
        let mut spec = SampleSpec::of(name);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            let unusable = |option, expected| DatasetError::UnusableValue { option, value: value.to_owned(), expected };
            match key {
                "size" => value.clone_into(&mut spec.size),
                "seed" => spec.seed = value.parse().map_err(|_| unusable("seed", "a whole number from 0"))?,
                "fk_indexes" => {
                    spec.fk_indexes = match value {
                        "on" => true,
                        "off" => false,
                        _ => return Err(unusable("fk_indexes", "`on` or `off`")),
                    };
                }
                "tenants" => {
                    spec.tenants = match value {
                        "uniform" => TenantSizes::Uniform,
                        "zipf" => TenantSizes::Zipf,
                        _ => return Err(unusable("tenants", "`uniform` or `zipf`")),
                    };
                }
                _ => {
                    let available = "size, seed, fk_indexes and tenants".to_owned();
                    return Err(DatasetError::UnknownOption { option: key.to_owned(), available });
                }
            }
        }
        dataset::check_name(&spec)?;
        Ok(spec)
    }
}

impl fmt::Display for SampleSpec {
    /// The canonical form: the size always, the other choices where they are not the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SampleSpec { dataset, size, seed, fk_indexes, tenants } = self;
        write!(f, "{dataset}?size={size}")?;
        if *seed != 1 {
            write!(f, "&seed={seed}")?;
        }
        if !fk_indexes {
            f.write_str("&fk_indexes=off")?;
        }
        match tenants {
            TenantSizes::Uniform => Ok(()),
            TenantSizes::Zipf => f.write_str("&tenants=zipf"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_keeps_its_default() {
        let spec: SampleSpec = "citizenapp".parse().expect("spec");
        assert_eq!(spec, SampleSpec::of("citizenapp"));
        assert_eq!(spec.to_string(), "citizenapp?size=s");
    }

    #[test]
    fn every_option_is_read_and_written_back() {
        let text = "citizenapp?size=m&seed=7&fk_indexes=off&tenants=zipf";
        let spec: SampleSpec = text.parse().expect("spec");
        assert_eq!((spec.size.as_str(), spec.seed, spec.fk_indexes, spec.tenants), ("m", 7, false, TenantSizes::Zipf));
        assert_eq!(spec.to_string(), text);
    }

    #[test]
    fn what_is_not_possible_is_named_with_what_is() {
        let error = |text: &str| text.parse::<SampleSpec>().expect_err("unusable").to_string();
        assert_eq!(
            error("citizens"),
            "there is no sample `citizens`; there is citizenapp, or the path of a folder with a dataset"
        );
        assert_eq!(
            error("citizenapp?size=xxl"),
            "the sample citizenapp has no size `xxl`; it has xs, s, m, l and board"
        );
        assert_eq!(
            error("citizenapp?colour=red"),
            "a sample has no option `colour`; it has size, seed, fk_indexes and tenants"
        );
        assert_eq!(
            error("citizenapp?fk_indexes=maybe"),
            "the option fk_indexes of a sample cannot be `maybe`; it is `on` or `off`"
        );
        assert_eq!(
            error("citizenapp?seed=-1"),
            "the option seed of a sample cannot be `-1`; it is a whole number from 0"
        );
    }
}
