//! The table: both figures of each operation, and their ratio beside its goal.

use std::{fmt::Write, time::Duration};

use crate::bench::report::ms;

const EXPLANATION: &str = "\
`!` marks a missed goal. Each figure is the CPU of the process that answers: gunicorn's worker, and the function `auth`.
gunicorn reads and writes HTTP, which API Gateway does for ours: the last column is the ratio without what that costs.
SQLite works in Django's process; DynamoDB does not work in ours, which makes and signs calls over HTTP in its place.
Ours hashes passwords with argon2id (19 MiB, two passes).";

/// CPU of one request of an operation at both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) requests: u32,
    pub(super) django: Duration,
    pub(super) ours: Duration,
    /// How many times ours Django's shall be at least.
    pub(super) goal: Option<f64>,
}

/// CPU of requests that ask nothing of the peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beneath {
    /// With Django, its middleware and a view that does nothing.
    pub(super) empty_view: Duration,
    /// Without Django.
    pub(super) gunicorn: Duration,
}

impl Row {
    fn ratio(&self) -> f64 {
        ratio(self.django, self.ours)
    }

    fn misses(&self) -> bool {
        self.goal.is_some_and(|goal| self.ratio() < goal)
    }
}

fn ratio(django: Duration, ours: Duration) -> f64 {
    django.as_secs_f64() / ours.max(Duration::from_nanos(1)).as_secs_f64()
}

/// The whole table. `about` says what the peer is.
pub(super) fn text(rows: &[Row], beneath: &Beneath, about: &str) -> String {
    let mut text = format!(
        "\n{:<24}{:>9}{:>12}{:>10}{:>10}{:>7}{:>20}\n",
        "operation", "requests", "Django ms", "ours ms", "ratio", "goal", "without gunicorn"
    );
    for row in rows {
        let mark = if row.misses() { " !" } else { "" };
        let _ = writeln!(
            text,
            "{:<24}{:>9}{:>12.3}{:>10.3}{:>10}{:>7}{:>20.1}",
            row.name,
            row.requests,
            ms(row.django),
            ms(row.ours),
            format!("{:.1}{mark}", row.ratio()),
            row.goal.map_or_else(String::new, |goal| goal.to_string()),
            ratio(row.django.saturating_sub(beneath.gunicorn), row.ours),
        );
    }
    for (name, cpu) in [("Django's empty view", beneath.empty_view), ("gunicorn alone", beneath.gunicorn)] {
        let _ = writeln!(text, "{name:<33}{:>12.3}", ms(cpu));
    }
    let verdict = match rows.iter().filter(|row| row.misses()).count() {
        0 => "All goals are met.".to_owned(),
        1 => "One goal is missed.".to_owned(),
        more => format!("{more} goals are missed."),
    };
    let _ = write!(text, "\n{EXPLANATION}\n{about}\n\n{verdict}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(django: u64, goal: Option<f64>) -> Row {
        let [django, ours] = [django, 200].map(Duration::from_micros);
        Row { name: "users/me", requests: 300, django, ours, goal }
    }

    fn table(rows: &[Row]) -> String {
        let [empty_view, gunicorn] = [500, 200].map(Duration::from_micros);
        text(rows, &Beneath { empty_view, gunicorn }, "Django 1.0")
    }

    #[test]
    fn a_ratio_below_its_goal_is_marked() {
        let text = table(&[row(990, Some(5.0)), row(1_000, Some(5.0)), row(100, None)]);
        assert!(text.contains("5.0 !") && text.ends_with("One goal is missed."), "{text}");
        assert_eq!(text.matches(" !").count(), 1, "{text}");
        assert!(table(&[row(1_000, Some(5.0))]).ends_with("All goals are met."));
    }

    #[test]
    fn both_figures_stand_beside_the_ratio_without_gunicorn() {
        let text = table(&[row(1_200, Some(5.0))]);
        let line = text.lines().find(|line| line.starts_with("users/me")).unwrap_or_default();
        let cells: Vec<_> = line.split_whitespace().collect();
        assert_eq!(cells, ["users/me", "300", "1.200", "0.200", "6.0", "5", "5.0"]);
        assert!(text.contains("Django 1.0") && text.contains("gunicorn alone"), "{text}");
    }

    #[test]
    fn gunicorns_share_is_never_more_than_a_request() {
        let line = table(&[row(100, None)]);
        assert!(line.contains("0.0\n"), "{line}");
    }
}
