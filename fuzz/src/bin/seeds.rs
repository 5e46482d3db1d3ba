//! Writes the seeds of all targets: `seeds ROOT FOLDER` creates `FOLDER/TARGET/INDEX`.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1).map(PathBuf::from);
    let (Some(root), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: seeds ROOT FOLDER"));
    };
    for (target, seeds) in aqua_fuzz::seeds::all(&root)? {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (index, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(index.to_string()), seed)?;
        }
    }
    Ok(())
}
