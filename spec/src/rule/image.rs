//! `x-constraints` about the images of one parameter: a measure of each lies in a range.

use super::Keyword;
use crate::model::ImageRange;

pub(super) struct Image<'a>(pub(super) &'a ImageRange);

impl<'a> Keyword<'a> for Image<'a> {
    fn name(&self) -> &'static str {
        self.0.measure.word()
    }

    fn rank(&self) -> u8 {
        20
    }

    fn sentence(&self) -> String {
        self.0.sentence()
    }
}
