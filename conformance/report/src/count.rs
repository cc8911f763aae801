//! A number with its noun, in the singular or the plural.

/// "1 case", "2 cases"; of a noun with a regular plural.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// "272 requests (60 of them random)": all requests of a run, those of its search included.
pub(super) fn requests(of_cases: usize, of_search: usize) -> String {
    let all = counted(of_cases + of_search, "request");
    if of_search == 0 { all } else { format!("{all} ({of_search} of them random)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_the_requests_of_the_search_are_part_of_all() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "case")), ["0 cases", "1 case", "2 cases"]);
        assert_eq!(requests(1, 0), "1 request");
        assert_eq!(requests(212, 60), "272 requests (60 of them random)");
    }
}
