//! `contains`: at least one item of an array satisfies a schema.

use super::composite::phrase;
use crate::model::Schema;

pub(crate) fn sentence(schema: &Schema) -> String {
    format!("must have at least one item for which it holds that {}", phrase(schema))
}
