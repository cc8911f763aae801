//! scratch
use std::path::Path;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let m = match airspec::read_file(Path::new(&a[1])) {
        Ok(m) => m,
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(2)
        }
    };
    let g = airspec_codegen::module(
        &m,
        &airspec_codegen::Options { made_by: "cargo xtask gen".into(), spec: a[1].clone() },
    )
    .unwrap();
    std::fs::create_dir_all("generated/src/models").unwrap();
    std::fs::write(format!("generated/src/models/{}.rs", g.name), g.text).unwrap();
}
