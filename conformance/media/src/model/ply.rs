//! PLY: a header in text, then numbers.

use super::{FACES, Solid};

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    let head = format!(
        "ply\nformat binary_little_endian 1.0\ncomment airspec, seed {}\nelement vertex 8\nproperty float x\n\
         property float y\nproperty float z\nelement face 6\nproperty list uchar int vertex_indices\nend_header\n",
        solid.seed
    );
    let mut file = head.into_bytes();
    file.extend(solid.vertices.as_flattened().iter().flat_map(|number| number.to_le_bytes()));
    for face in FACES {
        file.push(4);
        file.extend(face.iter().flat_map(|index| i32::from(*index).to_le_bytes()));
    }
    file
}
