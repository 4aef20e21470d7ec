//! An account's colour, made readable: darkened for light pages and lightened for dark ones until text in it has the
//! contrast that WCAG 2.2 (1.4.3, AA) asks for.

/// The contrast of body text, with a little to spare for rounding.
const ENOUGH: f64 = 4.6;
/// The brightest and the darkest ground that `vestibule.css` puts text in the accent colour on.
const LIGHT_GROUND: Rgb = Rgb(0xf7, 0xf4, 0xef);
const DARK_GROUND: Rgb = Rgb(0x26, 0x22, 0x1f);

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(u8, u8, u8);

impl Rgb {
    /// `#rrggbb` or `#rgb`, with or without the sign.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().trim_start_matches('#');
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let wide = match hex.len() {
            6 => hex.to_owned(),
            3 => hex.chars().flat_map(|c| [c, c]).collect(),
            _ => return None,
        };
        let part = |at: usize| u8::from_str_radix(wide.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Six hex digits.
    pub fn hex(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The colour as text and buttons on a light page.
    #[must_use]
    pub fn on_light(self) -> Self {
        self.towards(Self(0, 0, 0), LIGHT_GROUND)
    }

    /// The colour as text and buttons on a dark page.
    #[must_use]
    pub fn on_dark(self) -> Self {
        self.towards(Self(255, 255, 255), DARK_GROUND)
    }

    fn towards(self, end: Self, ground: Self) -> Self {
        let mixed = |percent: u16| {
            let part = |from: u8, to: u8| ((u16::from(from) * (100 - percent) + u16::from(to) * percent) / 100) as u8;
            Self(part(self.0, end.0), part(self.1, end.1), part(self.2, end.2))
        };
        (0..=100).step_by(2).map(mixed).find(|colour| colour.contrast(ground) >= ENOUGH).unwrap_or(end)
    }

    /// WCAG's contrast ratio.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let c = f64::from(part) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_can_be_read_on_both_grounds() {
        for text in ["#000", "#ffffff", "#ffe600", "0050a0", "#7b2442", "#808080", "#00ff00"] {
            let colour = Rgb::parse(text).expect(text);
            assert!(colour.on_light().contrast(LIGHT_GROUND) >= 4.5, "{text}");
            assert!(colour.on_dark().contrast(DARK_GROUND) >= 4.5, "{text}");
        }
        let readable = Rgb::parse("#7b2442").expect("a colour");
        assert_eq!(readable.on_light(), readable, "what can be read stays as it is");
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "#", "red", "#12345", "#12345g", "#1234567", "#ééé"] {
            assert_eq!(Rgb::parse(text), None, "{text}");
        }
    }
}
