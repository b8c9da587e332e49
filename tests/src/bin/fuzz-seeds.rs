//! `fuzz-seeds FOLDER`: writes, for each fuzz target, its seeds into `FOLDER/TARGET/` and its words into `FOLDER/TARGET.dict`.

use fetchscope_tests::fuzz::seeds;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Error> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "name the folder to write to"))?;
    let targets = [("plan", seeds::plans()), ("mapping", seeds::mappings()), ("experiment", seeds::experiments())];
    for (target, seeds) in targets {
        let own = folder.join(target);
        fs::create_dir_all(&own)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(own.join(format!("seed-{number:03}")), seed)?;
        }
        fs::write(folder.join(format!("{target}.dict")), seeds::dictionary(&seeds))?;
    }
    Ok(())
}
