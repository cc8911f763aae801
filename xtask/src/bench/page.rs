//! The tables of `PERFORMANCE.md`: each stands between two marks, the first of which names its group.

use super::table::Table;
use anyhow::{Context as _, ensure};

/// What stands behind a table.
const END: &str = "<!-- end of table -->";

fn start(group: &str) -> String {
    format!("<!-- table: {group} -->\n\n")
}

/// The page with the tables that were measured in place of those that it has; other tables stay.
pub(super) fn with_tables(page: &str, table: &Table) -> anyhow::Result<String> {
    let mut page = page.to_owned();
    for (group, text) in table.tables() {
        let old = of(&page, group)
            .with_context(|| format!("PERFORMANCE.md has no place for the table: {}", start(group).trim()))?;
        let start = start(group);
        let (old, new) = (format!("{start}{old}{END}"), format!("{start}{text}\n{END}"));
        ensure!(page.matches(&*old).count() == 1, "PERFORMANCE.md has the table `{group}` twice");
        page = page.replace(&old, &new);
    }
    Ok(page)
}

/// The table of a group, with the empty line behind it.
pub(super) fn of<'p>(page: &'p str, group: &str) -> Option<&'p str> {
    Some(page.split_once(&start(group))?.1.split_once(END)?.0)
}

#[cfg(test)]
mod tests {
    use super::super::table::{OWN, Unit};
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_of_its_group() {
        let mut table = Table::default();
        table.add("b", "w", OWN, 3.0, Unit::Count);
        let page = "A\n<!-- table: a -->\n\n| 1 |\n\n<!-- end of table -->\nB\n<!-- table: b -->\n\n| 2 |\n\n<!-- end of table -->\nC\n";
        let new = page.replace("| 2 |", "| | airspec |\n|---|---:|\n| w | 3 |");
        assert_eq!(with_tables(page, &table).unwrap(), new);
        assert_eq!(with_tables(&new, &table).unwrap(), new);
        table.add("c", "w", OWN, 3.0, Unit::Count);
        assert!(with_tables(page, &table).unwrap_err().to_string().contains("<!-- table: c -->"));
    }
}
