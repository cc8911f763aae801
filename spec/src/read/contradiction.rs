//! Two limits of one value that exclude each other.

use crate::model::{Bound, Count, Edge, End, Rule, Schema};

/// What excludes what, in words.
pub(super) fn of(schema: &Schema) -> Option<String> {
    let bounds: Vec<Bound<'_>> = schema.rules().filter_map(Rule::bound).collect();
    for low in bounds.iter().filter(|bound| bound.edge.is_lower()) {
        for high in bounds.iter().filter(|bound| !bound.edge.is_lower()) {
            let touching = low.edge == Edge::Minimum && high.edge == Edge::Maximum;
            if low.value > high.value || low.value == high.value && !touching {
                return Some(format!(
                    "`{}` {} excludes `{}` {}",
                    low.edge.keyword(),
                    low.value.to_plain_string(),
                    high.edge.keyword(),
                    high.value.to_plain_string()
                ));
            }
        }
    }
    let lengths = of_counts("Length", schema.rules().filter_map(Rule::length));
    lengths.or_else(|| of_counts("Items", schema.rules().filter_map(Rule::items)))
}

fn of_counts(noun: &str, counts: impl Iterator<Item = Count>) -> Option<String> {
    let (mut least, mut most) = (None, None);
    for count in counts {
        match count.end {
            End::Min => least = Some(count.count),
            End::Max => most = Some(count.count),
        }
    }
    let (least, most) = (least?, most?);
    (least > most).then(|| format!("`min{noun}` {least} excludes `max{noun}` {most}"))
}
