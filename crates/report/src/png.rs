//! The headline pair, or any chart, as pixels.

use crate::error::ReportError;
use crate::figures::Material;
use crate::reproduction::Reproduction;
use crate::type_face;
use crate::{circumstances, sentence, svg};
use fetchscope_experiment::outcome::Outcome;
use png::{BitDepth, ColorType, Encoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels to a px, so that it is sharp on today's screens.
const SCALE: f32 = 2.0;

/// Both charts side by side, with what they are and the experiment as text beside the pixels.
pub(crate) fn render(material: &Material<'_>) -> Result<Vec<u8>, ReportError> {
    of_svg(&svg::headline(material)?, material)
}

/// A drawing as pixels.
pub(crate) fn of_svg(svg: &str, material: &Material<'_>) -> Result<Vec<u8>, ReportError> {
    let outcome = material.outcome;
    let failed = |reason: String| ReportError::Drawing { chart: "the picture".to_owned(), reason };
    let tree = tree(svg)?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed("it has no size".to_owned()))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed("it has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size.width(), size.height());
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let texts = [
        ("Title", circumstances::context(outcome)),
        ("Description", sentence::sentence(outcome, &material.rows)),
        ("Creation Time", outcome.started_at.clone()),
        ("Software", format!("Fetchscope {}", outcome.environment.fetchscope)),
        ("Source", environment(outcome)),
        ("Fetchscope experiment", Reproduction::of(&outcome.experiment)?.marked()),
    ];
    for (name, text) in texts {
        encoder.add_itxt_chunk(name.to_owned(), text).map_err(|error| failed(error.to_string()))?;
    }
    let mut writer = encoder.write_header().map_err(|error| failed(error.to_string()))?;
    // The ground is opaque, so that what is premultiplied is what is not.
    writer.write_image_data(pixels.data()).map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(file)
}

fn environment(outcome: &Outcome) -> String {
    let facts = circumstances::facts(outcome).into_iter().map(|(name, fact)| format!("{name}: {fact}"));
    facts.collect::<Vec<_>>().join("; ")
}

/// A drawing with the fonts that its text was measured with, and no others.
pub(crate) fn tree(svg: &str) -> Result<Tree, ReportError> {
    let mut options = Options { font_family: "Inter".to_owned(), ..Options::default() };
    let fonts = options.fontdb_mut();
    type_face::FONTS.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
    Tree::from_str(svg, &options)
        .map_err(|error| ReportError::Drawing { chart: "the picture".to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, reopen};

    #[test]
    fn both_charts_are_to_be_seen_and_the_experiment_is_carried() {
        let outcome = fixture::article();
        let file = render(&Material::of(&outcome)).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        let width = 2 * (2 * 600 + 3 * 16);
        assert_eq!(frame.width, width);
        // Something dark stands in the left and in the right half of the lines of text.
        let dark = |from: u32, to: u32| {
            let row = |y: u32| (from..to).map(move |x| ((y * width + x) * 4) as usize);
            (0..frame.height).flat_map(row).filter(|at| pixels[*at] < 90 && pixels[at + 3] == 255).count()
        };
        assert!(dark(0, width / 2) > 500 && dark(width / 2, width) > 500);
        let texts: Vec<_> = reader.info().utf8_text.iter().map(|chunk| chunk.keyword.clone()).collect();
        assert!(texts.contains(&"Fetchscope experiment".to_owned()), "{texts:?}");
        assert_eq!(reopen::experiment(&file).unwrap().unwrap(), outcome.experiment);
    }
}
