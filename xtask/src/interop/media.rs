//! The files of `airspec-media` before programs that share no code with it, at pinned versions: FFmpeg's libraries,
//! trimesh, assimp, and the glTF validator of Khronos.

use super::{node_modules, virtual_environment};
use std::path::Path;
use std::process::Command;

/// The check with its programs, about to run on the samples.
pub(super) fn check(root: &Path, python: &Path) -> anyhow::Result<Command> {
    let folder = root.join("conformance/interop/media");
    let place = root.join("target/interop-media");
    let python =
        virtual_environment(python, &place, &folder.join("requirements.txt"), &["--require-hashes"])?;
    let modules = root.join("target/interop-media-node");
    node_modules(&modules, &folder, &["package-lock.json", "package.json", "validate_gltf.mjs"], "ci")?;
    let mut check = Command::new(python);
    check.arg(folder.join("check.py")).arg(samples(root)).arg("--node").arg(modules);
    Ok(check)
}

/// Where the samples are.
fn samples(root: &Path) -> std::path::PathBuf {
    root.join("target/media-samples")
}

/// Makes the samples and checks them; whether none of them is wrong.
pub(super) fn run(root: &Path, mut check: Command) -> anyhow::Result<bool> {
    let made = crate::cargo()
        .current_dir(root)
        .args(["run", "--quiet", "--package", "airspec-media", "--example", "samples", "--"])
        .arg(samples(root))
        .status()?;
    Ok(made.success() && check.status()?.success())
}
