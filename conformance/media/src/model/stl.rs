//! STL in its binary form: 80 bytes of any text, then triangles of 50 bytes.

use super::{NORMALS, Solid, triangles};

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    // Not "solid", which is how the text form begins.
    let mut head = format!("airspec, seed {}", solid.seed).into_bytes();
    head.resize(80, 0);
    let mut file = [head, 12_u32.to_le_bytes().to_vec()].concat();
    let normals = NORMALS.into_iter().flat_map(|normal| [normal, normal]);
    for (triangle, normal) in triangles().zip(normals) {
        let corners = triangle.map(|index| solid.vertices[usize::from(index)]);
        for number in normal.iter().chain(corners.as_flattened()) {
            file.extend(number.to_le_bytes());
        }
        file.extend([0, 0]);
    }
    file
}
