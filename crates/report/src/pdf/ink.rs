//! Drawing set pages into a PDF file.

use super::flow::{HEIGHT, MARGIN, Mark, Page, WIDTH};
use super::words::{Face, Weight};
use crate::error::ReportError;
use crate::palette::{Colour, Palette, Theme};
use crate::png;
use crate::type_face;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla_svg::{SurfaceExt, SvgSettings};

/// What a file says of itself.
pub(super) struct About {
    pub(super) title: String,
    pub(super) answer: String,
    pub(super) creator: String,
    /// At the foot of every page.
    pub(super) foot: String,
    /// RFC 3339 in UTC.
    pub(super) started_at: String,
    pub(super) attachment: Attachment,
}

/// A file inside it.
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) text: String,
}

/// The pages as a file.
pub(super) fn written(pages: Vec<Page>, about: &About) -> Result<Vec<u8>, ReportError> {
    let fonts = Fonts::new()?;
    let mut document = krilla::Document::new();
    let mut outline = Outline::new();
    let (count, muted) = (pages.len(), Palette::of(Theme::Light)?.inks.muted);
    for (index, page) in pages.iter().enumerate() {
        for (title, y) in &page.sections {
            let place = XyzDestination::new(index, Point::from_xy(0.0, (*y - 8.0) as f32));
            outline.push_child(OutlineNode::new(title.clone(), place));
        }
        let settings =
            PageSettings::from_wh(WIDTH as f32, HEIGHT as f32).ok_or_else(|| failed("the page has no size"))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for mark in &page.marks {
            draw(&mut surface, mark, &fonts)?;
        }
        let number = format!("{} of {count}", index + 1);
        let face = Face::SMALL_MUTED;
        let right = WIDTH - MARGIN - face.width(&number)?;
        for (x, text) in [(MARGIN, about.foot.clone()), (right, number)] {
            let foot = Mark::Text { x, baseline: HEIGHT - 22.0, face, colour: muted, text };
            draw(&mut surface, &foot, &fonts)?;
        }
        surface.finish();
        sheet.finish();
    }
    document.set_outline(outline);
    let metadata = Metadata::new()
        .title(about.title.clone())
        .description(about.answer.clone())
        .creator(about.creator.clone())
        .language("en".to_owned());
    let date = date(&about.started_at);
    document.set_metadata(match date {
        Some(date) => metadata.creation_date(date),
        None => metadata,
    });
    // Not compressed, so that it can be found again without reading the whole format.
    let attached = EmbeddedFile {
        path: about.attachment.name.clone(),
        mime_type: MimeType::new("application/toml"),
        description: Some("The experiment that reproduces this report".to_owned()),
        association_kind: AssociationKind::Source,
        data: about.attachment.text.clone().into_bytes().into(),
        modification_date: date,
        compress: Some(false),
        location: None,
    };
    document.embed_file(attached).ok_or_else(|| failed("the experiment cannot be attached"))?;
    document.finish().map_err(|error| failed(&format!("{error:?}")))
}

fn failed(reason: &str) -> ReportError {
    ReportError::Drawing { chart: "the pages".to_owned(), reason: reason.to_owned() }
}

struct Fonts {
    regular: Font,
    strong: Font,
    mono: Font,
}

impl Fonts {
    fn new() -> Result<Fonts, ReportError> {
        let font = |bytes: &'static [u8], name| Font::new(bytes.to_vec().into(), 0).ok_or(ReportError::Font(name));
        Ok(Fonts {
            regular: font(type_face::REGULAR, "Inter Regular")?,
            strong: font(type_face::STRONG, "Inter SemiBold")?,
            mono: font(type_face::MONO, "JetBrains Mono")?,
        })
    }

    fn of(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::Strong => self.strong.clone(),
            Weight::Mono => self.mono.clone(),
        }
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) -> Result<(), ReportError> {
    match mark {
        Mark::Text { x, baseline, face, colour, text } => {
            surface.set_fill(Some(ink(*colour)));
            let start = Point::from_xy(*x as f32, *baseline as f32);
            let direction = TextDirection::LeftToRight;
            surface.draw_text(start, fonts.of(face.weight), face.size as f32, text, false, direction);
        }
        Mark::Rect { x, y, width, height, colour } => {
            let rect = Rect::from_xywh(*x as f32, *y as f32, *width as f32, *height as f32);
            let mut path = PathBuilder::new();
            path.push_rect(rect.ok_or_else(|| failed("a rectangle has no size"))?);
            surface.set_fill(Some(ink(*colour)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Chart { x, y, width, height, svg } => {
            let tree = png::tree(svg)?;
            let size = Size::from_wh(*width as f32, *height as f32).ok_or_else(|| failed("a chart has no size"))?;
            surface.push_transform(&Transform::from_translate(*x as f32, *y as f32));
            let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
            surface.pop();
            drawn.ok_or_else(|| failed("a chart cannot be drawn"))?;
        }
    }
    Ok(())
}

fn ink(colour: Colour) -> Fill {
    let (red, green, blue) = colour.rgb;
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

/// `2026-03-01T09:30:00Z`; `None` for what is no date.
fn date(text: &str) -> Option<DateTime> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let small = |from, to| number(from, to).and_then(|number| u8::try_from(number).ok());
    let (day, time) = ((number(0, 4)?, small(5, 7)?, small(8, 10)?), (small(11, 13)?, small(14, 16)?, small(17, 19)?));
    let date = DateTime::new(day.0).month(day.1).day(day.2);
    Some(date.hour(time.0).minute(time.1).second(time.2).utc_offset_hour(0).utc_offset_minute(0))
}
