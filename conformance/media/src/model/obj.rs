//! Wavefront OBJ: text, with vertices counted from one.

use super::{FACES, Solid, joined};

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    let vertices = solid.vertices.map(|vertex| format!("v {}\n", joined(vertex, " "))).concat();
    let faces = FACES.map(|face| format!("f {}\n", joined(face.map(|index| index + 1), " "))).concat();
    format!("# airspec, seed {}\no Box\n{vertices}{faces}", solid.seed).into_bytes()
}
