//! Compiles a dictionary and measures it: `compile_dictionary SOURCE_DIR TO`.
#![expect(clippy::print_stdout, reason = "a measuring tool prints its measurements")]

use retrieval::{Analyzer, dictionary};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (from, to) = (args.next().ok_or("from which folder?")?, args.next().ok_or("to which file?")?);
    let started = Instant::now();
    dictionary::compile(Path::new(&from), Path::new(&to))?;
    println!("compiled in {} ms, {} bytes", started.elapsed().as_millis(), std::fs::metadata(&to)?.len());
    let started = Instant::now();
    let analyzer = Analyzer::from_dictionary(Path::new(&to))?;
    println!("loaded in {} ms", started.elapsed().as_millis());
    println!(
        "{}",
        analyzer.words("粗大ごみの手数料は、１点につき５００円とする。第四十二条の二に規定する施設を利用しようとする者は…").join(" ")
    );
    Ok(())
}
