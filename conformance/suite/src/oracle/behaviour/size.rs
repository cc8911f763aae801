//! The file has that many pixels.

use crate::oracle::scene::TaskResults;
use crate::parameter::whole;

pub(super) fn check(scene: &TaskResults<'_>, width: &str, height: &str) -> Vec<String> {
    let side = |parameter: &str| scene.value(parameter).and_then(whole);
    let (Some(wide), Some(high)) = (side(width), side(height)) else { return Vec::new() };
    let mut wrong = Vec::new();
    for (name, item) in scene.named() {
        let Some(file) = item.file else { continue };
        match file.content.as_ref().map(|content| content.file) {
            Ok(Ok(found)) => {
                let Some((x, y)) = found.size() else {
                    wrong
                        .push(format!("the file of {name} is {}, which has no size", found.container.name()));
                    continue;
                };
                if (usize::try_from(x), usize::try_from(y)) != (Ok(wide), Ok(high)) {
                    wrong.push(format!(
                        "the file of {name} has {x} x {y} pixels where {wide} x {high} were asked for"
                    ));
                }
            }
            Ok(Err(error)) => wrong.push(format!("the file of {name} has no size that can be read: {error}")),
            Err(reason) => wrong.push(format!("the file of {name} {reason}")),
        }
    }
    wrong
}
