//! Workbooks of every kind behind one door.

use super::book::{Book, Refusal};
use super::delimited::Delimited;
use super::ods::Ods;
use super::xls::Xls;
use super::xlsb::Xlsb;
use super::xlsx::Xlsx;
use crate::limits::Limits;
use crate::shield;
use crate::text::TextEncoding;
use appliance_core::document::Format;

/// Opens a workbook or a delimited file.
pub(crate) fn open(format: Format, bytes: Vec<u8>, limits: &Limits, encoding: Option<TextEncoding>) -> Result<Box<dyn Book>, Refusal> {
    let opened = shield::shielded(|| -> Result<Box<dyn Book>, Refusal> {
        Ok(match format {
            Format::Xlsx => Box::new(Xlsx::open(bytes, limits)?),
            Format::Xlsb => Box::new(Xlsb::open(bytes, limits)?),
            Format::Ods => Box::new(Ods::open(bytes, limits)?),
            Format::Csv => Box::new(Delimited::open(&bytes, None, encoding)),
            Format::Tsv => Box::new(Delimited::open(&bytes, Some('\t'), encoding)),
            _ => Box::new(Xls::open(bytes)?),
        })
    });
    opened.unwrap_or_else(|panic| Err(Refusal::Damaged(panic)))
}
