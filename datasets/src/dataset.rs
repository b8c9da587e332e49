//! A dataset: a folder with a mapping, a generator and endpoints, or the same three files built in.

use crate::blueprint::{Blueprint, Problem, resolve};
use crate::endpoints::{self, NamedEndpoint};
use crate::error::DatasetError;
use crate::recipe::{self, Recipe};
use crate::sizes;
use crate::spec::SampleSpec;
use crate::{generator, recipe::Size};
use fetchscope_engine::mapping::document::MappingDocument;
use fetchscope_engine::value::hex;
use sha2::{Digest, Sha256};
use std::path::Path;

const MAPPING: &str = "mapping.json";
const GENERATOR: &str = "generator.toml";
const ENDPOINTS: &str = "endpoints.toml";

/// The three files of a dataset, as text.
struct Files<S> {
    mapping: S,
    generator: S,
    endpoints: S,
}

/// The datasets that are compiled in.
const BUILT_IN: &[(&str, Files<&str>)] = &[(
    "citizenapp",
    Files {
        mapping: include_str!("../citizenapp/mapping.json"),
        generator: include_str!("../citizenapp/generator.toml"),
        endpoints: include_str!("../citizenapp/endpoints.toml"),
    },
)];

/// What a dataset is, for choosing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetInfo {
    /// The name a source uses: `citizenapp`.
    pub name: String,
    /// What people call it: `CitizenApp`.
    pub title: String,
    /// One sentence: what it models.
    pub description: String,
    /// The sizes it comes in, in the order they are offered.
    pub sizes: Vec<SizeInfo>,
}

/// A size of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeInfo {
    /// The name a source uses: `s`.
    pub name: String,
    /// What is in it: `10 tenants, 100 organizations, 1 000 users`.
    pub description: String,
    /// Name of the endpoint to begin with.
    pub endpoint: String,
}

/// A dataset, checked and ready to make samples of.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What it is.
    pub info: DatasetInfo,
    /// Its classes and tables.
    pub mapping: MappingDocument,
    /// Its endpoints, in the order they are offered.
    pub endpoints: Vec<NamedEndpoint>,
    pub(crate) blueprint: Blueprint,
    recipe: Recipe,
    /// Tells apart what other files, or another generator, would make.
    pub(crate) fingerprint: String,
}

/// The built-in datasets.
///
/// # Errors
/// None that a user could cause: the files are compiled in and tested.
pub fn list() -> Result<Vec<DatasetInfo>, DatasetError> {
    BUILT_IN.iter().map(|(name, _)| Dataset::built_in(name).map(|dataset| dataset.info)).collect()
}

impl Dataset {
    /// The dataset a sample is of: a built-in one by name, or a folder by its path.
    ///
    /// # Errors
    /// When there is no such dataset or size, or a file of the folder cannot be used; the message names it.
    pub fn open(spec: &SampleSpec) -> Result<Dataset, DatasetError> {
        let dataset = match is_path(&spec.dataset) {
            true => Dataset::from_folder(Path::new(&spec.dataset))?,
            false => Dataset::built_in(&spec.dataset)?,
        };
        dataset.size(&spec.size)?;
        Ok(dataset)
    }

    /// A dataset that is compiled in.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn built_in(name: &str) -> Result<Dataset, DatasetError> {
        let (_, files) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name).ok_or_else(|| {
            let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            DatasetError::UnknownDataset { name: name.to_owned(), available: enumeration(&names) }
        })?;
        Dataset::read(name, Path::new(name), files)
    }

    /// A dataset in a folder with `mapping.json`, `generator.toml` and `endpoints.toml`; it is called as the folder.
    ///
    /// # Errors
    /// When a file is missing, malformed, or contradicts the others; the message says where.
    pub fn from_folder(folder: &Path) -> Result<Dataset, DatasetError> {
        let text = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path).map_err(|source| DatasetError::Unreadable { path, source })
        };
        let files = Files { mapping: text(MAPPING)?, generator: text(GENERATOR)?, endpoints: text(ENDPOINTS)? };
        let name = folder.file_name().map_or_else(|| "dataset".to_owned(), |name| name.to_string_lossy().into_owned());
        Dataset::read(&name, folder, &files)
    }

    fn read<S: AsRef<str>>(name: &str, folder: &Path, files: &Files<S>) -> Result<Dataset, DatasetError> {
        let Files { mapping, generator, endpoints } = files;
        let file = |file: &str| folder.join(file).display().to_string();
        let malformed = |name: &str, problem: String| DatasetError::Malformed { file: file(name), problem };
        let mapping_document: MappingDocument =
            serde_json::from_str(mapping.as_ref()).map_err(|error| malformed(MAPPING, error.to_string()))?;
        let recipe: Recipe =
            toml::from_str(generator.as_ref()).map_err(|error| malformed(GENERATOR, error.to_string()))?;
        if recipe.version != recipe::VERSION {
            let problem =
                format!("version {} is not one this build reads; it reads {}", recipe.version, recipe::VERSION);
            return Err(malformed(GENERATOR, problem));
        }
        let endpoints =
            endpoints::parse(endpoints.as_ref()).map_err(|error| malformed(ENDPOINTS, error.to_string()))?;
        let contradiction = |name: &str| {
            let file = file(name);
            move |Problem { place, problem }| DatasetError::Contradiction { file, place, problem }
        };
        for endpoint in &endpoints {
            endpoints::check(endpoint, &mapping_document).map_err(contradiction(ENDPOINTS))?;
        }
        let blueprint = resolve(&recipe, &mapping_document).map_err(contradiction(GENERATOR))?;
        sizes::check(&recipe, &blueprint, &endpoints).map_err(contradiction(GENERATOR))?;
        Ok(Dataset {
            info: info(name, &recipe),
            mapping: mapping_document,
            endpoints,
            blueprint,
            fingerprint: fingerprint(mapping.as_ref(), generator.as_ref()),
            recipe,
        })
    }

    /// The endpoint of that name.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Option<&NamedEndpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.name == name)
    }

    /// The endpoint to begin with in a size.
    ///
    /// # Errors
    /// When there is no such size.
    pub fn default_endpoint(&self, size: &str) -> Result<&NamedEndpoint, DatasetError> {
        let name = &self.size(size)?.endpoint;
        // That it exists was checked when the dataset was read.
        self.endpoint(name).ok_or_else(|| self.unknown_size(size))
    }

    pub(crate) fn size(&self, name: &str) -> Result<&Size, DatasetError> {
        self.recipe.sizes.get(name).ok_or_else(|| self.unknown_size(name))
    }

    fn unknown_size(&self, name: &str) -> DatasetError {
        let sizes: Vec<&str> = self.info.sizes.iter().map(|size| size.name.as_str()).collect();
        DatasetError::UnknownSize {
            dataset: self.info.name.clone(),
            size: name.to_owned(),
            available: enumeration(&sizes),
        }
    }
}

/// Whether the name and the size exist, where that can be known without reading a file.
pub(crate) fn check_name(spec: &SampleSpec) -> Result<(), DatasetError> {
    match is_path(&spec.dataset) {
        true => Ok(()),
        false => Dataset::built_in(&spec.dataset)?.size(&spec.size).map(|_| ()),
    }
}

fn is_path(dataset: &str) -> bool {
    dataset.contains(std::path::is_separator)
}

fn info(name: &str, recipe: &Recipe) -> DatasetInfo {
    let sizes = recipe.sizes.iter().map(|(name, size)| SizeInfo {
        name: name.clone(),
        description: size.description.clone(),
        endpoint: size.endpoint.clone(),
    });
    DatasetInfo {
        name: name.to_owned(),
        title: recipe.title.clone(),
        description: recipe.description.clone(),
        sizes: sizes.collect(),
    }
}

fn fingerprint(mapping: &str, generator: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(generator::VERSION.to_le_bytes());
    for text in [mapping, generator] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize()[..6])
}

/// `xs, s and m`.
fn enumeration(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
