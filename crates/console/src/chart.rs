//! The picture of the last days: stacked bars, drawn by the server as SVG without a style of its own. A table says the
//! same in words.

use std::fmt::Write as _;

use crate::figures::Ends;

/// The picture's size in its own units.
const WIDTH: usize = 720;
const HEIGHT: usize = 180;
/// Room for the scale on the left and the dates below.
const LEFT: usize = 36;
const BELOW: usize = 22;
const ABOVE: usize = 8;

/// A day: its label and how its sign-ups ended.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) ends: Ends,
}

/// The bars as SVG; `title` is what it shows, for those who do not see it.
pub(crate) fn draw(bars: &[Bar], title: &str) -> String {
    let most = bars.iter().map(|b| b.ends.all()).max().unwrap_or(0);
    let top = nice(most);
    let room = (HEIGHT - BELOW - ABOVE) as f64;
    let width = (WIDTH - LEFT) as f64 / bars.len().max(1) as f64;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" \
         preserveAspectRatio=\"xMidYMid meet\">",
        escaped(title)
    );
    for line in 0..=2 {
        let value = top * line / 2;
        let y = ABOVE as f64 + room - room * line as f64 / 2.0;
        let _ = write!(svg, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let _ = write!(svg, "<text class=\"scale\" x=\"{}\" y=\"{:.1}\">{value}</text>", LEFT - 6, y + 4.0);
    }
    for (i, bar) in bars.iter().enumerate() {
        let x = LEFT as f64 + width * i as f64 + width * 0.14;
        let mut y = ABOVE as f64 + room;
        let Ends { confirmed, pending, quiet, refused } = bar.ends;
        let _ = write!(svg, "<g><title>{}: {}</title>", escaped(&bar.label), bar.ends.all());
        for (class, count) in [("c", confirmed), ("p", pending), ("q", quiet), ("r", refused)] {
            if count > 0 {
                // What is there can be seen, however little it is.
                let height = (room * count as f64 / top as f64).max(1.5);
                y -= height;
                let wide = width * 0.72;
                let _ = write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{height:.1}\" rx=\"1.5\"/>"
                );
            }
        }
        svg.push_str("</g>");
        if i % 7 == bars.len().saturating_sub(1) % 7 {
            let (anchor, at) = if i + 1 == bars.len() { ("end", WIDTH as f64) } else { ("middle", x + width * 0.36) };
            let _ = write!(
                svg,
                "<text class=\"day\" text-anchor=\"{anchor}\" x=\"{at:.1}\" y=\"{}\">{}</text>",
                HEIGHT - 6,
                escaped(&bar.label)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The end of the scale: an even number not below the highest bar.
fn nice(most: i64) -> i64 {
    let mut step = 1;
    loop {
        for factor in [2, 4, 6, 10] {
            if most <= step * factor {
                return step * factor;
            }
        }
        step *= 10;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (most, top) in [(0, 2), (1, 2), (3, 4), (5, 6), (7, 10), (11, 20), (61, 100), (1234, 2000)] {
            assert_eq!(nice(most), top, "{most}");
        }
    }

    #[test]
    fn names_cannot_end_the_picture() {
        let ends = Ends { confirmed: 3, pending: 1, quiet: 0, refused: 0 };
        let svg = draw(&[Bar { label: "<b>\"1\"".into(), ends }], "\"&");
        assert!(svg.contains("&lt;b&gt;&quot;1&quot;: 4") && !svg.contains("<b>"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 2);
    }
}
