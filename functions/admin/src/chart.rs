//! Bar charts as SVG, drawn by the server: one bar for each hour, with a part of it in another colour.

use maud::{Markup, html};

/// One bar: its label, its height, and how much of it is a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) count: u32,
    pub(crate) failed: u32,
}

const WIDTH: u32 = 640;
const HEIGHT: u32 = 160;
/// The room below the bars, for labels.
const FOOT: u32 = 20;

/// A chart. `summary` says in words what it shows, for those who can't see it.
pub(crate) fn chart(bars: &[Bar], summary: &str) -> Markup {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or_default().max(1);
    let step = WIDTH / u32::try_from(bars.len()).unwrap_or(1).max(1);
    let height = |count: u32| (HEIGHT - FOOT - 16).saturating_mul(count) / most;
    let base = HEIGHT - FOOT;
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary) {
            line.axis x1="0" y1=(base) x2=(WIDTH) y2=(base) {}
            text x="0" y="10" { (most) }
            @for (at, bar) in (0_u32..).zip(bars) {
                @let x = at * step;
                rect.column x=(x + 2) y=(base - height(bar.count)) width=(step.saturating_sub(4))
                    height=(height(bar.count)) {
                    title { (bar.label) ": " (bar.count) }
                }
                rect.bad x=(x + 2) y=(base - height(bar.failed)) width=(step.saturating_sub(4))
                    height=(height(bar.failed)) {
                    title { (bar.label) ": " (bar.failed) " failed" }
                }
                @if at % 6 == 0 { text x=(x) y=(HEIGHT - 5) { (bar.label) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_chart_and_none_leaves_it() {
        let bar = |count, failed| Bar { label: "14:00".to_owned(), count, failed };
        let drawn = chart(&[bar(10, 0), bar(5, 5), bar(0, 0)], "words").into_string();
        assert!(drawn.contains("height=\"124\"") && drawn.contains("height=\"62\""), "{drawn}");
        assert!(drawn.contains("aria-label=\"words\"") && !drawn.contains("style="), "{drawn}");
        let empty = chart(&[], "nothing").into_string();
        assert!(empty.contains("nothing"));
    }
}
