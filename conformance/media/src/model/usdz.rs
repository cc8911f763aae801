//! USDZ: a ZIP archive, not compressed, whose one file is a USD layer in text and begins at a multiple of 64 bytes.

use super::{FACES, Solid, joined};

const FITS: &str = "the file of a box is small";
const NAME: &[u8] = b"box.usda";
/// The data of a file begins at a multiple of this.
const ALIGNMENT: usize = 64;
/// Bytes of a file's header before its name.
const HEADER: usize = 30;

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    let layer = layer(solid).into_bytes();
    let length = u32::try_from(layer.len()).expect(FITS).to_le_bytes();
    let sum = checksum(&layer).to_le_bytes();
    // An extra field of a kind that readers skip fills the gap; its own head takes four bytes.
    let gap = (HEADER + NAME.len() + 4).next_multiple_of(ALIGNMENT) - HEADER - NAME.len();
    let filling = u16::try_from(gap - 4).expect(FITS).to_le_bytes();
    let extra = [&[0x86, 0x19][..], &filling, &vec![0; gap - 4]].concat();
    let lengths = |extra: usize| {
        [
            u16::try_from(NAME.len()).expect(FITS).to_le_bytes(),
            u16::try_from(extra).expect(FITS).to_le_bytes(),
        ]
        .concat()
    };
    // Version 1.0, no flags, stored, the first date that the format knows.
    let common = [&[10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &sum, &length, &length].concat();
    let local = [&b"PK\x03\x04"[..], &common, &lengths(extra.len()), NAME, &extra, &layer].concat();
    let central = [&b"PK\x01\x02\x0A\0"[..], &common, &lengths(0), &[0; 14], NAME].concat();
    let number = |number: usize| u32::try_from(number).expect(FITS).to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &number(central.len()), &number(local.len()), &[0; 2]]
        .concat();
    [local, central, end].concat()
}

fn layer(solid: &Solid) -> String {
    let point = |point: [f32; 3]| format!("({})", joined(point, ", "));
    format!(
        "#usda 1.0\n(\n    customLayerData = {{\n        string seed = \"{}\"\n    }}\n    defaultPrim = \"Box\"\n    \
         metersPerUnit = 1\n    upAxis = \"Y\"\n)\n\ndef Mesh \"Box\"\n{{\n    float3[] extent = [{}, {}]\n    \
         int[] faceVertexCounts = [{}]\n    int[] faceVertexIndices = [{}]\n    point3f[] points = [{}]\n    \
         uniform token subdivisionScheme = \"none\"\n}}\n",
        solid.seed,
        point(solid.corner().map(|number| -number)),
        point(solid.corner()),
        joined(FACES.map(|face| face.len()), ", "),
        joined(FACES.as_flattened(), ", "),
        joined(solid.vertices.map(point), ", "),
    )
}

/// CRC-32, bit by bit: the layer is short.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1));
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}
