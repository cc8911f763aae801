//! Meshes: a box in each of the common formats for three-dimensional models.
//!
//! The sides of the box come from the seed, which is also part of the file's metadata, so that two seeds never give the
//! same bytes. Coordinates are whole 64ths: each is exact in every format, as text and as a number.

mod fbx;
mod glb;
mod obj;
mod ply;
mod stl;
mod usdz;

use super::{Container, Medium, random::Random};

/// All that a mesh's bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mesh {
    /// The container of the file; one that is not of [`Medium::Model`] is taken for GLB.
    pub container: Container,
    /// Chooses the sides of the box, from 1 to 3 units each.
    pub seed: i64,
}

/// Makes the file of a three-dimensional model: 8 vertices, 6 faces or 12 triangles, no material, less than 4 kB.
#[must_use]
pub fn render_mesh(mesh: &Mesh) -> Vec<u8> {
    let solid = Solid::of(mesh.seed);
    match mesh.container.or_first_of(Medium::Model) {
        Container::Fbx => fbx::file(&solid),
        Container::Obj => obj::file(&solid),
        Container::Stl => stl::file(&solid),
        Container::Ply => ply::file(&solid),
        Container::Usdz => usdz::file(&solid),
        _ => glb::file(&solid),
    }
}

/// A box around the origin; the vertical axis is the second.
struct Solid {
    seed: i64,
    vertices: [[f32; 3]; 8],
}

/// The vertices of each face, counterclockwise as seen from outside.
const FACES: [[u8; 4]; 6] =
    [[0, 1, 2, 3], [4, 7, 6, 5], [0, 4, 5, 1], [1, 5, 6, 2], [2, 6, 7, 3], [3, 7, 4, 0]];

/// The direction that each face looks to.
const NORMALS: [[f32; 3]; 6] =
    [[0.0, -1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]];

impl Solid {
    fn of(seed: i64) -> Self {
        let mut random = Random::new(seed, "box");
        let mut half = || f32::from(u8::try_from(32 + random.below(65)).expect("below 97")) / 64.0;
        let (x, y, z) = (half(), half(), half());
        let vertices = [
            [-x, -y, -z],
            [x, -y, -z],
            [x, -y, z],
            [-x, -y, z],
            [-x, y, -z],
            [x, y, -z],
            [x, y, z],
            [-x, y, z],
        ];
        Self { seed, vertices }
    }

    /// The vertex that is furthest from the origin in each direction.
    fn corner(&self) -> [f32; 3] {
        self.vertices[6]
    }
}

/// Two triangles for each face.
fn triangles() -> impl Iterator<Item = [u8; 3]> {
    FACES.into_iter().flat_map(|[a, b, c, d]| [[a, b, c], [a, c, d]])
}

/// Numbers as text, with something between them.
fn joined(numbers: impl IntoIterator<Item = impl ToString>, between: &str) -> String {
    numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests;
