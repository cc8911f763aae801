//! glTF 2.0 in its binary form: a chunk of JSON and a chunk of numbers.

use super::{Solid, joined, triangles};

const FITS: &str = "the file of a box is small";

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    let indices: Vec<u8> = triangles().flatten().flat_map(|index| u16::from(index).to_le_bytes()).collect();
    let positions: Vec<u8> =
        solid.vertices.as_flattened().iter().flat_map(|number| number.to_le_bytes()).collect();
    let json = json(solid, positions.len(), indices.len());
    let (json, data) =
        (chunk(*b"JSON", json.as_bytes(), b' '), chunk(*b"BIN\0", &[positions, indices].concat(), 0));
    let length = u32::try_from(12 + json.len() + data.len()).expect(FITS);
    [&b"glTF"[..], &2_u32.to_le_bytes(), &length.to_le_bytes(), &json, &data].concat()
}

/// Accessors of 32-bit floats (5126) and 16-bit indices (5123), in views of an array buffer and an element buffer.
fn json(solid: &Solid, positions: usize, indices: usize) -> String {
    let most = joined(solid.corner(), ",");
    let least = joined(solid.corner().map(|number| -number), ",");
    format!(
        concat!(
            r#"{{"asset":{{"version":"2.0","generator":"airspec","extras":{{"seed":"{seed}"}}}},"#,
            r#""scene":0,"scenes":[{{"nodes":[0]}}],"nodes":[{{"mesh":0,"name":"Box"}}],"#,
            r#""meshes":[{{"name":"Box","primitives":[{{"attributes":{{"POSITION":0}},"indices":1}}]}}],"#,
            r#""accessors":[{{"bufferView":0,"componentType":5126,"count":8,"type":"VEC3","#,
            r#""min":[{least}],"max":[{most}]}},"#,
            r#"{{"bufferView":1,"componentType":5123,"count":36,"type":"SCALAR"}}],"#,
            r#""bufferViews":[{{"buffer":0,"byteOffset":0,"byteLength":{positions},"target":34962}},"#,
            r#"{{"buffer":0,"byteOffset":{positions},"byteLength":{indices},"target":34963}}],"#,
            r#""buffers":[{{"byteLength":{total}}}]}}"#
        ),
        seed = solid.seed,
        least = least,
        most = most,
        positions = positions,
        indices = indices,
        total = positions + indices,
    )
}

/// A chunk, filled up to a multiple of four bytes.
fn chunk(kind: [u8; 4], content: &[u8], filling: u8) -> Vec<u8> {
    let mut content = content.to_vec();
    content.resize(content.len().next_multiple_of(4), filling);
    [&u32::try_from(content.len()).expect(FITS).to_le_bytes()[..], &kind, &content].concat()
}
