//! FBX 7.4 in its binary form: records with properties and records inside, each with the place where it ends.
//!
//! The format has no public specification; the constants are those that the FBX SDK and Blender write for a file
//! without a time.

use super::{FACES, Solid};

const FITS: &str = "the file of a box is small";
const VERSION: u32 = 7400;
/// Ends a list of records.
const NULL_RECORD: [u8; 13] = [0; 13];
/// What the identifier at the end is made from: this time, and the identifier at the beginning.
const CREATION_TIME: &str = "1970-01-01 10:00:00:000";
const FILE_ID: [u8; 16] = *b"\x28\xB3\x2A\xEB\xB6\x24\xCC\xC2\xBF\xC8\xB0\x2A\xA9\x2B\xFC\xF1";
const FOOTER_ID: [u8; 16] = *b"\xFA\xBC\xAB\x09\xD0\xC8\xD4\x66\xB1\x76\xFB\x83\x1C\xF7\x26\x7E";
const LAST: [u8; 16] = *b"\xF8\x5A\x8C\x6A\xDE\xF5\xD9\x7E\xEC\xE9\x0C\xE3\x75\x8F\x29\x0B";
/// Identifiers of the two objects; the scene's is zero.
const GEOMETRY: i64 = 1_000_001;
const MODEL: i64 = 1_000_002;

pub(super) fn file(solid: &Solid) -> Vec<u8> {
    let mut file = b"Kaydara FBX Binary  \0\x1A\0".to_vec();
    file.extend(VERSION.to_le_bytes());
    for record in records(solid) {
        record.write(&mut file);
    }
    file.extend(NULL_RECORD);
    file.extend(FOOTER_ID);
    file.extend([0; 4]);
    // To the next multiple of 16, and never nothing.
    file.resize((file.len() + 1).next_multiple_of(16), 0);
    file.extend(VERSION.to_le_bytes());
    file.extend([0; 120]);
    file.extend(LAST);
    file
}

fn records(solid: &Solid) -> [Record; 7] {
    let creator = format!("airspec, seed {}", solid.seed);
    let number = |name, number| Record::new(name, vec![Property::Int(number)]);
    let header = Record::new("FBXHeaderExtension", Vec::new()).with(vec![
        number("FBXHeaderVersion", 1003),
        number("FBXVersion", 7400),
        Record::new("Creator", vec![Property::text(&creator)]),
    ]);
    // The second axis is up, the third to the front; a unit is a metre.
    let settings = Record::new("GlobalSettings", Vec::new()).with(vec![
        number("Version", 1000),
        Record::new("Properties70", Vec::new()).with(vec![
            setting("UpAxis", &Kind::Int(1)),
            setting("UpAxisSign", &Kind::Int(1)),
            setting("FrontAxis", &Kind::Int(2)),
            setting("FrontAxisSign", &Kind::Int(1)),
            setting("CoordAxis", &Kind::Int(0)),
            setting("CoordAxisSign", &Kind::Int(1)),
            setting("UnitScaleFactor", &Kind::Double(100.0)),
        ]),
    ]);
    let connection =
        |from, to| Record::new("C", vec![Property::text("OO"), Property::Long(from), Property::Long(to)]);
    [
        header,
        Record::new("FileId", vec![Property::Bytes(FILE_ID.to_vec())]),
        Record::new("CreationTime", vec![Property::text(CREATION_TIME)]),
        Record::new("Creator", vec![Property::text(&creator)]),
        settings,
        objects(solid),
        Record::new("Connections", Vec::new()).with(vec![connection(GEOMETRY, MODEL), connection(MODEL, 0)]),
    ]
}

fn objects(solid: &Solid) -> Record {
    let vertices = solid.vertices.as_flattened().iter().copied().map(f64::from).collect();
    // The last vertex of a polygon is marked by the complement of its index.
    let polygons = FACES.map(|[a, b, c, d]| [i32::from(a), b.into(), c.into(), !i32::from(d)]);
    let object = |record, id, name: &str, class| {
        let name = format!("{name}\0\x01{class}");
        Record::new(record, vec![Property::Long(id), Property::text(&name), Property::text("Mesh")])
    };
    let geometry = object("Geometry", GEOMETRY, "Box", "Geometry").with(vec![
        Record::new("GeometryVersion", vec![Property::Int(124)]),
        Record::new("Vertices", vec![Property::Doubles(vertices)]),
        Record::new("PolygonVertexIndex", vec![Property::Ints(polygons.as_flattened().to_vec())]),
    ]);
    let model =
        object("Model", MODEL, "Box", "Model").with(vec![Record::new("Version", vec![Property::Int(232)])]);
    Record::new("Objects", Vec::new()).with(vec![geometry, model])
}

enum Kind {
    Int(i32),
    Double(f64),
}

fn setting(name: &str, value: &Kind) -> Record {
    let (kind, label, value) = match value {
        Kind::Int(value) => ("int", "Integer", Property::Int(*value)),
        Kind::Double(value) => ("double", "Number", Property::Double(*value)),
    };
    let [name, kind, label, flags] = [name, kind, label, ""].map(Property::text);
    Record::new("P", vec![name, kind, label, flags, value])
}

enum Property {
    Int(i32),
    Long(i64),
    Double(f64),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    Ints(Vec<i32>),
    Doubles(Vec<f64>),
}

impl Property {
    fn text(text: &str) -> Self {
        Self::Text(text.as_bytes().to_vec())
    }

    /// A letter for the type, and the value.
    fn write(&self, file: &mut Vec<u8>) {
        let length = |items: usize| u32::try_from(items).expect(FITS).to_le_bytes();
        match self {
            Self::Int(number) => file.extend([&b"I"[..], &number.to_le_bytes()].concat()),
            Self::Long(number) => file.extend([&b"L"[..], &number.to_le_bytes()].concat()),
            Self::Double(number) => file.extend([&b"D"[..], &number.to_le_bytes()].concat()),
            Self::Text(bytes) => file.extend([&b"S"[..], &length(bytes.len()), bytes].concat()),
            Self::Bytes(bytes) => file.extend([&b"R"[..], &length(bytes.len()), bytes].concat()),
            Self::Ints(numbers) => {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                Self::array(file, b'i', numbers.len(), &bytes);
            }
            Self::Doubles(numbers) => {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                Self::array(file, b'd', numbers.len(), &bytes);
            }
        }
    }

    /// An array that is not compressed.
    fn array(file: &mut Vec<u8>, letter: u8, items: usize, bytes: &[u8]) {
        file.push(letter);
        for number in [items, 0, bytes.len()] {
            file.extend(u32::try_from(number).expect(FITS).to_le_bytes());
        }
        file.extend(bytes);
    }
}

struct Record {
    name: &'static str,
    properties: Vec<Property>,
    inner: Vec<Record>,
}

impl Record {
    fn new(name: &'static str, properties: Vec<Property>) -> Self {
        Self { name, properties, inner: Vec::new() }
    }

    fn with(self, inner: Vec<Self>) -> Self {
        Self { inner, ..self }
    }

    /// The end of the record, the number of properties, their bytes, the name; then properties and inner records.
    fn write(&self, file: &mut Vec<u8>) {
        let number = |number: usize| u32::try_from(number).expect(FITS).to_le_bytes();
        let mut properties = Vec::new();
        self.properties.iter().for_each(|property| property.write(&mut properties));
        let start = file.len();
        file.extend([[0; 4], number(self.properties.len()), number(properties.len())].concat());
        file.push(u8::try_from(self.name.len()).expect(FITS));
        file.extend(self.name.as_bytes());
        file.extend(properties);
        self.inner.iter().for_each(|record| record.write(file));
        if !self.inner.is_empty() {
            file.extend(NULL_RECORD);
        }
        let end = number(file.len());
        file[start..start + 4].copy_from_slice(&end);
    }
}
