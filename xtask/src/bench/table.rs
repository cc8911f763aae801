//! What was measured, as Markdown, JSON and a chart. Each figure stands beside those of the others in the same run.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The one that the others are held against.
pub(super) const OWN: &str = "airspec";

/// A figure.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    /// What is compared, such as `verdict`.
    pub(super) group: String,
    /// On what, such as `small, valid`.
    pub(super) what: String,
    /// Who was measured.
    pub(super) who: String,
    /// How much, in each round.
    pub(super) rounds: Vec<f64>,
    pub(super) unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Megabytes,
    PerSecond,
    Count,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Nanoseconds if value >= 1e9 => format!("{:.2} s", value / 1e9),
            Self::Nanoseconds if value >= 1e6 => format!("{:.2} ms", value / 1e6),
            Self::Nanoseconds if value >= 1e3 => format!("{:.2} µs", value / 1e3),
            Self::Nanoseconds => format!("{value:.1} ns"),
            Self::Megabytes => format!("{value:.1} MB"),
            Self::PerSecond => format!("{value:.0} /s"),
            Self::Count => format!("{value:.0}"),
        }
    }
}

pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// Everything, in the order in which it was measured.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) figures: Vec<Figure>,
    /// What was not measured, and why.
    pub(super) skipped: Vec<String>,
}

impl Table {
    pub(super) fn add(&mut self, group: &str, what: &str, who: &str, value: f64, unit: Unit) {
        let same = |figure: &&mut Figure| figure.group == group && figure.what == what && figure.who == who;
        match self.figures.iter_mut().find(same) {
            Some(figure) => figure.rounds.push(value),
            None => self.figures.push(Figure {
                group: group.to_owned(),
                what: what.to_owned(),
                who: who.to_owned(),
                rounds: vec![value],
                unit,
            }),
        }
    }

    /// Our figure over another's: the median of the ratios of the rounds.
    fn ratio(&self, other: &Figure) -> Option<f64> {
        let is_own = |own: &&Figure| own.who == OWN && own.group == other.group && own.what == other.what;
        let own = self.figures.iter().find(is_own).filter(|_| other.who != OWN)?;
        let ratios: Vec<f64> = own.rounds.iter().zip(&other.rounds).map(|(own, other)| own / other).collect();
        Some(median(&ratios)).filter(|ratio| ratio.is_finite())
    }

    fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for figure in &self.figures {
            if !groups.contains(&figure.group.as_str()) {
                groups.push(&figure.group);
            }
        }
        groups
    }

    /// The table of a group: a row for each thing, a column for each contestant. The number in brackets is ours divided
    /// by theirs.
    fn of_group(&self, group: &str) -> String {
        let mut columns: Vec<&str> = Vec::new();
        let mut rows: Vec<(&str, BTreeMap<&str, String>)> = Vec::new();
        for figure in self.figures.iter().filter(|figure| figure.group == group) {
            if !columns.contains(&figure.who.as_str()) {
                columns.push(&figure.who);
            }
            let ratio = self.ratio(figure).map(|ratio| format!(" ({ratio:.3})")).unwrap_or_default();
            let cell = figure.unit.show(median(&figure.rounds)) + &ratio;
            match rows.iter_mut().find(|(what, _)| *what == figure.what) {
                Some((_, cells)) => {
                    cells.insert(&figure.who, cell);
                }
                None => rows.push((&figure.what, BTreeMap::from([(figure.who.as_str(), cell)]))),
            }
        }
        let mut text = format!("| | {} |\n|---|{}\n", columns.join(" | "), "---:|".repeat(columns.len()));
        for (what, cells) in rows {
            let cells: Vec<&str> =
                columns.iter().map(|who| cells.get(who).map_or("", String::as_str)).collect();
            let _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
        }
        text
    }

    /// The tables of all groups, each with its name.
    pub(super) fn tables(&self) -> Vec<(&str, String)> {
        self.groups().into_iter().map(|group| (group, self.of_group(group))).collect()
    }

    /// The tables under their names.
    pub(super) fn markdown(&self) -> String {
        let tables = self.tables().into_iter();
        let mut text: String = tables.map(|(group, table)| format!("### {group}\n\n{table}\n")).collect();
        for line in &self.skipped {
            let _ = writeln!(text, "Not measured: {line}.");
        }
        text
    }

    pub(super) fn json(&self, about: &Value) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                json!({
                    "group": figure.group, "what": figure.what, "who": figure.who, "median": median(&figure.rounds),
                    "rounds": figure.rounds, "unit": format!("{:?}", figure.unit), "ratio": self.ratio(figure),
                })
            })
            .collect();
        json!({"about": about, "figures": figures, "skipped": self.skipped})
    }

    /// A bar for each ratio, on a scale of powers of ten: to the left of the line we take less.
    pub(super) fn chart(&self) -> String {
        const ROW: usize = 18;
        let with_ratio = |figure: &Figure| self.ratio(figure).map(|ratio| (figure.clone(), ratio));
        let rows: Vec<(Figure, f64)> = self.figures.iter().filter_map(with_ratio).collect();
        let height = ROW * (rows.len() + 2);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 {height}\" font-family=\"sans-serif\" \
             font-size=\"11\" role=\"img\" aria-label=\"airspec over others, less is better\">\n\
             <rect width=\"900\" height=\"{height}\" fill=\"#fff\"/>\n\
             <line x1=\"700\" y1=\"{ROW}\" x2=\"700\" y2=\"{height}\" stroke=\"#888\"/>\n\
             <text x=\"700\" y=\"12\" text-anchor=\"middle\">1</text>\n"
        );
        for (index, (figure, ratio)) in rows.iter().enumerate() {
            let y = ROW * (index + 2);
            // A hundred units for a factor of ten, at most two factors either way.
            let length = (ratio.log10() * 100.0).clamp(-200.0, 190.0);
            let is_rate = figure.unit == Unit::PerSecond;
            let colour = if (length <= 0.0) == is_rate { "#b35900" } else { "#0b6e4f" };
            let (x, width) = (700.0 + length.min(0.0), length.abs().max(1.0));
            let label = escaped(&format!("{}: {}, {}", figure.group, figure.what, figure.who));
            let top = y - ROW + 8;
            let _ = writeln!(
                text,
                "<text x=\"8\" y=\"{y}\">{label}</text><rect x=\"{x:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"12\" \
                 fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{y}\" text-anchor=\"end\">{ratio:.3}</text>",
                x.min(700.0) - 4.0
            );
        }
        text + "</svg>\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_own_ratios() {
        let mut table = Table::default();
        // The machine is ten times slower in the second round: the ratio of that round is what it is.
        for (own, other) in [(10.0, 100.0), (100.0, 500.0), (10.0, 20.0)] {
            table.add("g", "w", OWN, own, Unit::Nanoseconds);
            table.add("g", "w", "other", other, Unit::Nanoseconds);
        }
        assert!((table.ratio(&table.figures[1]).unwrap() - 0.2).abs() < 1e-9);
        assert_eq!(table.ratio(&table.figures[0]), None);
        assert!(table.markdown().contains("| w | 10.0 ns | 100.0 ns (0.200) |"), "{}", table.markdown());
        assert!(table.chart().contains(">0.200</text>"));
    }
}
