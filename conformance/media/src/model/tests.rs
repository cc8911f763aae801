//! Meshes are read back by the probe, and the box is one.

use super::*;
use crate::probe;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn each_mesh_is_a_small_file_of_its_container() {
    for container in Container::of(Medium::Model) {
        for seed in [i64::MIN, -1, 0, 42, i64::MAX] {
            let file = render_mesh(&Mesh { container, seed });
            let found = probe(&file).unwrap();
            assert_eq!((found.container, found.image, found.milliseconds), (container, None, None));
            assert!(file.len() < 4096, "{container:?}: {}", file.len());
        }
    }
}

#[test]
fn the_same_mesh_has_the_same_bytes_and_each_seed_its_own() {
    for container in Container::of(Medium::Model) {
        let files: BTreeSet<Vec<u8>> = (0..100).map(|seed| render_mesh(&Mesh { container, seed })).collect();
        assert_eq!(files.len(), 100, "{container:?}");
    }
    let other = Mesh { container: Container::Wav, seed: 1 };
    assert!(render_mesh(&other) == render_mesh(&Mesh { container: Container::Glb, seed: 1 }));
}

#[test]
fn the_box_is_closed_and_its_faces_look_outwards() {
    let mut edges = BTreeMap::new();
    for [a, b, c] in triangles() {
        for edge in [(a, b), (b, c), (c, a)] {
            *edges.entry(edge).or_insert(0) += 1;
        }
    }
    assert!(edges.iter().all(|((a, b), count)| *count == 1 && edges.contains_key(&(*b, *a))));

    let solid = Solid::of(3);
    for (face, normal) in FACES.into_iter().zip(NORMALS) {
        let corners = face.map(|index| solid.vertices[usize::from(index)]);
        let [first, second] =
            [1, 2].map(|corner: usize| [0, 1, 2].map(|axis: usize| corners[corner][axis] - corners[0][axis]));
        for (axis, towards) in normal.into_iter().enumerate() {
            let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
            let cross = first[next] * second[last] - first[last] * second[next];
            assert!(cross * towards >= 0.0 && (cross.abs() > 0.0) == (towards.abs() > 0.0), "{face:?}");
        }
    }
}

#[test]
fn sides_are_within_their_bounds_and_exact_as_text() {
    for seed in 0..500 {
        for half in Solid::of(seed).corner() {
            assert!((0.5..=1.5).contains(&half));
            assert!((half * 64.0).fract().abs() < f32::MIN_POSITIVE);
            assert_eq!(half.to_string().parse::<f32>(), Ok(half));
        }
    }
}
