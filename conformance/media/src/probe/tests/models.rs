//! Models in forms that this crate does not make, and broken ones.

use crate::{Container, Mesh, ProbeError, probe, render_mesh};

fn file(container: Container) -> Vec<u8> {
    render_mesh(&Mesh { container, seed: 7 })
}

fn is(text: &str) -> Result<Container, ProbeError> {
    probe(text.as_bytes()).map(|found| found.container)
}

fn is_cut(text: &str) -> bool {
    matches!(is(text), Err(ProbeError::Truncated { .. }))
}

fn is_broken(bytes: &[u8]) -> bool {
    matches!(probe(bytes), Err(ProbeError::Malformed { .. }))
}

#[test]
fn a_glb_has_version_two_and_valid_json_first() {
    let glb = file(Container::Glb);
    let changed = |at: usize, bytes: &[u8]| {
        let mut glb = glb.clone();
        glb[at..at + bytes.len()].copy_from_slice(bytes);
        glb
    };
    assert!(is_broken(&changed(4, &[1])));
    assert!(is_broken(&changed(8, &[11, 0])), "a length shorter than the header");
    assert!(is_broken(&changed(12, &[0xFF, 0xFF])), "a chunk beyond the file");
    assert!(is_broken(&changed(16, b"BIN\0")));
    assert!(is_broken(&changed(20, b"[")));
    assert!(is_broken(&changed(20, b"{\"other\"")), "no asset");
}

#[test]
fn fbx_in_text_closes_its_braces_and_has_objects() {
    let text =
        "; FBX 7.4.0 project file\nFBXHeaderExtension:  {\n\tCreator: \"a { brace\" ; and another {\n}\n";
    let objects = "Objects:  {\n\tGeometry: 1, \"Geometry::\", \"Mesh\" {\n\t}\n}\n";
    assert_eq!(is(&[text, objects].concat()), Ok(Container::Fbx));
    assert!(is_cut(text));
    assert!(is_cut(&[text, &objects[..objects.len() - 2]].concat()));
    assert!(is_broken([text, objects, "}"].concat().as_bytes()));
}

#[test]
fn records_of_a_wide_fbx_have_wide_ends() {
    let narrow = file(Container::Fbx);
    let version = |version: u32| {
        let mut fbx = narrow.clone();
        fbx[23..27].copy_from_slice(&version.to_le_bytes());
        probe(&fbx)
    };
    assert!(version(7400).is_ok());
    assert!(version(7500).is_err());
    let record = |name: &[u8], end: u64| {
        [&end.to_le_bytes()[..], &[0; 16], &[u8::try_from(name.len()).unwrap()], name].concat()
    };
    let head = [&narrow[..23], &7500_u32.to_le_bytes()].concat();
    let objects = record(b"Objects", 27 + 25 + 7);
    let body = [head.clone(), objects, vec![0; 25]].concat();
    let footer = 16 + 4 + (16 - (body.len() + 20) % 16) + 140;
    assert!(probe(&[&body[..], &vec![0; footer]].concat()).is_ok());
    assert!(probe(&[&body[..], &vec![0; footer - 1]].concat()).is_err());
    let backwards = [head, record(b"Objects", 27)].concat();
    assert!(is_broken(&backwards));
}

#[test]
fn an_obj_has_elements_of_vertices_that_exist() {
    let vertices = "v 0 0 0\nv 1 0 0 1.0\nv 0 1e-3 -0.5\nvn 0 0 1\n";
    for good in
        ["f 1 2 3\n", "f 1//1 2//1 3//1", "f -3 -2 -1\r\n", "l 1 2\n", "p 3\n", "g a\nf 3/1/1 2/1/1 1/1/1\n"]
    {
        assert_eq!(is(&[vertices, good].concat()), Ok(Container::Obj), "{good}");
    }
    for bad in ["f 1 2\n", "f 1 2 x\n", "f 0 1 2\n", "f -4 1 2\n", "v 1 2\nf 1 2 3\n"] {
        assert!(is_broken([vertices, bad].concat().as_bytes()), "{bad}");
    }
    assert!(is_cut(vertices), "no face");
    assert!(is_cut(&[vertices, "f 1 2 4\n"].concat()), "a vertex that is not there");
}

#[test]
fn stl_in_text_has_facets_and_an_end() {
    let facet = "facet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  vertex 1 0 0\n  vertex 0 1 0\n endloop\nendfacet\n";
    assert_eq!(is(&["solid a\n", facet, facet, "endsolid a\n"].concat()), Ok(Container::Stl));
    assert!(is_cut(&["solid a\n", facet].concat()));
    assert!(is_cut("solid a\nendsolid a\n"));
    assert!(is_broken(["solid a\nendfacet\n", facet].concat().as_bytes()));
    // Binary, although it begins like a text.
    let mut binary = file(Container::Stl);
    binary[..6].copy_from_slice(b"solid ");
    assert_eq!(probe(&binary).map(|found| found.container), Ok(Container::Stl));
    binary.pop();
    assert!(matches!(probe(&binary), Err(ProbeError::Truncated { .. })));
}

#[test]
fn ply_in_text_has_as_many_numbers_as_its_header_says() {
    let head = "ply\r\nformat ascii 1.0\r\ncomment a triangle\r\nelement vertex 3\r\nproperty float x\r\n\
                property double y\r\n\
                element face 1\r\nproperty list uchar int vertex_indices\r\nend_header\r\n";
    assert_eq!(is(&[head, "0 0\n1 0\n0 1\n3 0 1 2\n"].concat()), Ok(Container::Ply));
    assert!(is_cut(&[head, "0 0\n1 0\n0 1\n3 0 1"].concat()));
    assert!(is_cut(&[head, "0 0\n1 0\n0"].concat()));
    assert!(is_broken([head, "0 0\n1 0\n0 one"].concat().as_bytes()));
    assert!(is_broken([head, "0 0\n1 0\n0 1\n-3 0 1 2"].concat().as_bytes()));
    assert!(is_broken(b"ply\nformat elsewhere 1.0\nelement vertex 0\nend_header\n"));
    assert!(is_broken(b"ply\nformat ascii 1.0\nproperty float x\nend_header\n"));
    assert!(is_broken(&[&b"ply\n"[..], &b"comment\n".repeat(2000)].concat()));
}

#[test]
fn ply_of_the_other_byte_order_is_read() {
    let head = "ply\nformat binary_big_endian 1.0\nelement face 1\nproperty list ushort short vertex_indices\n\
                end_header\n";
    let whole = [head.as_bytes(), &[0, 3, 0, 0, 0, 1, 0, 2]].concat();
    assert_eq!(probe(&whole).map(|found| found.container), Ok(Container::Ply));
    assert!(matches!(probe(&whole[..whole.len() - 1]), Err(ProbeError::Truncated { .. })));
}

#[test]
fn files_in_usdz_are_stored_and_aligned() {
    let usdz = file(Container::Usdz);
    let mut compressed = usdz.clone();
    compressed[8] = 8;
    assert!(is_broken(&compressed));
    let mut moved = usdz.clone();
    // A shorter extra field, and one byte less of it.
    moved[28] -= 1;
    moved.remove(60);
    assert!(is_broken(&moved));
    let mut other = usdz;
    other[34..38].copy_from_slice(b".txt");
    assert_eq!(probe(&other), Err(ProbeError::Unknown));
}
