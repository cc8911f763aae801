//! Sizes of images that show what a server does with them.

use super::Tasks;
use super::behave::{Settings, least};
use super::task::pointer;
use airspec_spec::behaviour::Kind;
use airspec_spec::{ParameterPath, diff};
use serde_json::Value;
use std::cmp::{Ordering, Reverse};

/// A width and a height.
type Size = (Value, Value);

fn of_pixels((width, height): (u32, u32)) -> Size {
    (width.into(), height.into())
}

/// Sizes that are large in one direction or the other, or both.
const LARGE: [(u32, u32); 4] = [(3840, 2160), (2160, 3840), (2880, 2880), (2048, 2048)];

/// A square, a wide and a tall image, each of a usual size or else of one that rules over several parameters name.
pub(super) fn shapes(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Size> {
    let usual = [(1024, 1024), (1536, 1024), (1024, 1536)].map(of_pixels);
    let all: Vec<Size> = usual.into_iter().chain(named_sizes(tasks, width, height)).collect();
    let shape = |(w, h): &Size| w.as_f64().partial_cmp(&h.as_f64());
    let of = |order| {
        let mut own = all.iter().filter(|size| shape(size) == Some(order));
        own.find(|size| is_legal_size(tasks, (width, height), size)).cloned()
    };
    [Ordering::Equal, Ordering::Greater, Ordering::Less].into_iter().filter_map(of).collect()
}

/// The largest legal sizes: those of a table with the longest side, or usual ones.
pub(super) fn largest(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Size> {
    let mut rows = rows(tasks, width, height);
    rows.sort_by_key(|size| Reverse(longest(size)));
    let usual = LARGE.map(of_pixels);
    let is_legal = |size: &Size| is_legal_size(tasks, (width, height), size);
    let found: Vec<Size> = rows.into_iter().filter(is_legal).take(LARGE.len()).collect();
    if found.is_empty() { usual.into_iter().filter(is_legal).collect() } else { found }
}

fn side(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn longest((width, height): &Size) -> u64 {
    side(width).max(side(height))
}

fn is_legal_size(tasks: &Tasks<'_>, (width, height): (&str, &str), size: &Size) -> bool {
    let mut task = tasks.plain().clone();
    tasks.place(&mut task, width, Some(size.0.clone()));
    tasks.place(&mut task, height, Some(size.1.clone()));
    let settled = tasks.settle(task.clone(), &[width, height]);
    let kept = |path: &str| settled.pointer(&pointer(path)) == task.pointer(&pointer(path));
    kept(width) && kept(height) && tasks.judge(&settled).is_empty()
}

/// Large sizes whose sides are multiples of no large power of two: who caps or rounds changes them.
const ODD: [(u32, u32); 4] = [(2576, 1456), (2032, 1040), (1984, 1088), (1520, 1040)];

/// One image of each shape, a large one, the smallest, and in each format one that is large and odd.
pub(super) fn sizes(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Settings> {
    let settings = |(w, h): &Size| {
        let sides = vec![(width.to_owned(), Some(w.clone())), (height.to_owned(), Some(h.clone()))];
        (format!("{w} x {h}"), sides)
    };
    let mut found: Vec<Settings> = shapes(tasks, width, height).iter().map(settings).collect();
    found.extend(largest(tasks, width, height).first().map(settings));
    found.extend(least(tasks, width).zip(least(tasks, height)).as_ref().map(settings));
    let mut odd = ODD.map(of_pixels).into_iter();
    let odd = odd.find(|size| is_legal_size(tasks, (width, height), size));
    if let Some((about, sides)) = odd.or_else(|| odd_of_table(tasks, width, height)).as_ref().map(settings) {
        for behaviour in &tasks.model.behaviours {
            let Kind::Container { parameter, media } = &behaviour.kind else { continue };
            for value in media.keys() {
                let format = (parameter.clone(), Some(Value::from(value.clone())));
                found.push((format!("{about}, {value}"), [sides.clone(), vec![format]].concat()));
            }
        }
    }
    found
}

/// A size of a table which is no multiple of 64 pixels, where a table leaves no other: the smallest that is longer than
/// what a server may cap sides at, or else the longest.
fn odd_of_table(tasks: &Tasks<'_>, width: &str, height: &str) -> Option<Size> {
    const CAP: u64 = 1536;
    let mut sizes = rows(tasks, width, height);
    sizes.retain(|(w, h)| !side(w).is_multiple_of(64) || !side(h).is_multiple_of(64));
    sizes.sort_by_key(|size| {
        let area = side(&size.0).saturating_mul(side(&size.1));
        if longest(size) > CAP { (0, area) } else { (1, u64::MAX - longest(size)) }
    });
    sizes.into_iter().find(|size| is_legal_size(tasks, (width, height), size))
}

/// Whether a legal size is found with a side of so many pixels.
pub(crate) fn has_side_of(tasks: &Tasks<'_>, pixels: u64) -> bool {
    let Some((width, height)) = tasks.model.size() else { return false };
    let usual = LARGE.map(of_pixels);
    let mut sizes = usual.into_iter().chain(named_sizes(tasks, width, height));
    sizes.any(|size| longest(&size) >= pixels && is_legal_size(tasks, (width, height), &size))
}

/// The sizes that tables give, or else every size whose sides rules over several parameters name.
fn named_sizes(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Size> {
    let rows = rows(tasks, width, height);
    if !rows.is_empty() {
        return rows;
    }
    let heights = tasks.named(height);
    let of = |w: Value| heights.iter().map(move |h| (w.clone(), h.clone()));
    tasks.named(width).into_iter().flat_map(of).collect()
}

/// The sizes that tables give.
fn rows(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Size> {
    let size = |(holder, cells): (ParameterPath, Vec<(String, Value)>)| {
        let cell = |path: &str| {
            cells.iter().find(|(name, _)| holder.join(name) == path).map(|(_, value)| value.clone())
        };
        cell(width).zip(cell(height))
    };
    diff::rows(&tasks.model.task).into_iter().filter_map(size).collect()
}
