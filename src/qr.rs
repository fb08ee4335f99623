//! QR codes as drawings.

use qrcode::{Color, EcLevel, QrCode};

/// A code: its side in modules, and the path of the dark ones.
pub struct Qr {
    pub side: usize,
    pub path: String,
}

/// None where the text is too long for any code.
pub fn draw(text: &str) -> Option<Qr> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let modules = code.to_colors().into_iter().enumerate();
    let dark = modules.filter(|(_, color)| *color == Color::Dark);
    let squares = dark.map(|(at, _)| {
        let (x, y) = (at % width + QUIET, at / width + QUIET);
        format!("M{x} {y}h1v1h-1z")
    });
    Some(Qr { side: width + 2 * QUIET, path: squares.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_a_quiet_zone() {
        let drawn = draw("https://so.example.vn/verify/3F9A-21C0-7B55").unwrap();
        assert_eq!(drawn.side, 33 + 8, "version 4: 33 modules, and four on each side");
        assert!(drawn.path.starts_with("M4 4h1v1h-1z"), "the finder's corner");
    }
}
