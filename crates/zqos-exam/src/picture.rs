//! Pictures of curves, as SVG.

use std::fmt::Write as _;

/// The size of the picture and the margin, in pixels.
const SIZE: f64 = 360.0;
const MARGIN: f64 = 48.0;

/// A picture of points from 0 to 1 both ways, joined by a line; `diagonal` also draws where both are equal.
/// The vertical axis ends at `top`.
pub(crate) fn curve(
    title: &str,
    [across, up]: [&str; 2],
    points: &[(f64, f64)],
    top: f64,
    diagonal: bool,
) -> String {
    let span = SIZE - 2.0 * MARGIN;
    let x = |value: f64| MARGIN + span * value.clamp(0.0, 1.0);
    let y = |value: f64| SIZE - MARGIN - span * (value / top).clamp(0.0, 1.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"{SIZE}\" height=\"{SIZE}\" fill=\"#fff\"/>\n\
         <g font-family=\"sans-serif\" font-size=\"11\" fill=\"#333\">\n"
    );
    let mut tick = |value: f64| {
        let (right, high) = (x(value), y(value * top));
        let end = SIZE - MARGIN;
        // Writing to a text can't fail.
        let _infallible = writeln!(
            svg,
            "<path d=\"M{right:.1} {MARGIN}V{end}M{MARGIN} {high:.1}H{end}\" stroke=\"#ddd\"/>\n\
             <text x=\"{right:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{value:.1}</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.2}</text>",
            end + 16.0,
            MARGIN - 6.0,
            high + 4.0,
            value * top
        );
    };
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].into_iter().for_each(&mut tick);
    let path: Vec<String> =
        points.iter().map(|(right, high)| format!("{:.1},{:.1}", x(*right), y(*high))).collect();
    let equal = if diagonal {
        format!(
            "<path d=\"M{} {}L{} {}\" stroke=\"#999\" stroke-dasharray=\"4\"/>\n",
            x(0.0),
            y(0.0),
            x(1.0),
            y(1.0)
        )
    } else {
        String::new()
    };
    let middle = SIZE / 2.0;
    svg + &format!(
        "{equal}<polyline points=\"{}\" fill=\"none\" stroke=\"#0b5cad\" stroke-width=\"2\"/>\n\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\n\
         <text transform=\"translate(14 {middle}) rotate(-90)\" text-anchor=\"middle\">{up}</text>\n\
         <text x=\"{middle}\" y=\"24\" text-anchor=\"middle\" font-size=\"13\">{title}</text>\n</g>\n</svg>\n",
        path.join(" "),
        SIZE - 10.0
    )
}
