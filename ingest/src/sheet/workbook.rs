//! Workbooks, through calamine: streamed where the format allows it, bounded everywhere.

use super::grid::{Cell, Grid, Kind};
use super::number;
use super::{Refusal, Workbook};
use crate::limits::Limits;
use crate::shield;
use appliance_core::document::{Format, Warning};
use appliance_core::locator::{CellRange, CellRef};
use calamine::{Data, DataRef, Dimensions, Ods, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};
use std::io::Cursor;

type Bytes = Cursor<Vec<u8>>;

/// Reads a workbook; with `only`, the cells of that sheet alone (the others stay empty).
pub(crate) fn read(format: Format, bytes: Vec<u8>, limits: &Limits, only: Option<usize>) -> Result<Workbook, Refusal> {
    if format != Format::Xls {
        let unpacked = unpacked_bytes(&bytes);
        if unpacked > limits.unpacked_bytes {
            return Err(Refusal::TooLarge(format!("{} MiB unpacked", limits.unpacked_bytes >> 20)));
        }
    }
    let bytes = Cursor::new(bytes);
    match format {
        Format::Xlsx => sheets(open::<Xlsx<Bytes>>(bytes)?, limits, only),
        Format::Xlsb => sheets(open::<Xlsb<Bytes>>(bytes)?, limits, only),
        Format::Ods => sheets(open::<Ods<Bytes>>(bytes)?, limits, only),
        _ => sheets(open::<Xls<Bytes>>(bytes)?, limits, only),
    }
}

fn open<W: Sheets>(bytes: Bytes) -> Result<W, Refusal> {
    let refused = |reason: String| {
        let encrypted = ["password", "Password", "encrypt"].iter().any(|w| reason.contains(w));
        if encrypted { Refusal::Encrypted } else { Refusal::Damaged(reason) }
    };
    match shield::shielded(|| W::new(bytes)) {
        Ok(Ok(workbook)) => Ok(workbook),
        Ok(Err(error)) => Err(refused(format!("{error:?}"))),
        Err(panic) => Err(Refusal::Damaged(panic)),
    }
}

fn sheets<W: Sheets>(mut workbook: W, limits: &Limits, only: Option<usize>) -> Result<Workbook, Refusal> {
    let mut read = Workbook::default();
    let listed: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .filter(|s| matches!(s.typ, SheetType::WorkSheet | SheetType::MacroSheet | SheetType::DialogSheet))
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect();
    if listed.len() > limits.sheets {
        read.warnings.push(Warning::Truncated { limit: format!("{} sheets", limits.sheets) });
    }
    let mut left = limits.cells;
    for (index, (name, hidden)) in listed.into_iter().take(limits.sheets).enumerate() {
        let mut cells = Vec::new();
        let mut merged = Vec::new();
        if only.is_none_or(|o| o == index) && left > 0 {
            let result = shield::shielded(|| workbook.cells(&name, left, &mut cells));
            if let Some(reason) = result.map_or_else(Some, Result::err) {
                read.warnings.push(Warning::UnreadableSheet { sheet: name.clone(), reason });
            }
            if cells.len() >= left {
                read.warnings.push(Warning::Truncated { limit: format!("{} cells", limits.cells) });
            }
            left -= cells.len().min(left);
            merged = shield::shielded(|| workbook.merged(&name)).unwrap_or_default();
        }
        read.grids.push(Grid::new(name, hidden, cells, merged.iter().map(range).collect()));
    }
    Ok(read)
}

fn range(dimensions: &Dimensions) -> CellRange {
    let corner = |(row, column): (u32, u32)| CellRef { row, column };
    CellRange { first: corner(dimensions.start), last: corner(dimensions.end) }
}

/// What the four readers have in common.
trait Sheets: Reader<Bytes> {
    /// Reads at most `most` cells of a sheet. On an error the cells read so far stay.
    fn cells(&mut self, sheet: &str, most: usize, cells: &mut Vec<Cell>) -> Result<(), String>;
    /// The merged ranges of a sheet, where the format's reader tells them.
    fn merged(&mut self, sheet: &str) -> Vec<Dimensions>;
}

impl Sheets for Xlsx<Bytes> {
    fn cells(&mut self, sheet: &str, most: usize, cells: &mut Vec<Cell>) -> Result<(), String> {
        let mut reader = self.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|e| e.to_string())? {
            let format = reader.styles().get(style).and_then(|s| s.number_format.as_ref()).map(|f| f.format_code.as_str());
            let (row, column) = cell.get_position();
            cells.extend(shown(CellRef { row, column }, cell.get_value(), format));
            if cells.len() >= most {
                break;
            }
        }
        Ok(())
    }

    fn merged(&mut self, sheet: &str) -> Vec<Dimensions> {
        self.merge_cells_by_sheet_name(sheet).unwrap_or_default()
    }
}

impl Sheets for Xlsb<Bytes> {
    fn cells(&mut self, sheet: &str, most: usize, cells: &mut Vec<Cell>) -> Result<(), String> {
        let mut reader = self.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
        while let Some(cell) = reader.next_cell().map_err(|e| e.to_string())? {
            let (row, column) = cell.get_position();
            cells.extend(shown(CellRef { row, column }, cell.get_value(), None));
            if cells.len() >= most {
                break;
            }
        }
        Ok(())
    }

    fn merged(&mut self, _: &str) -> Vec<Dimensions> {
        Vec::new()
    }
}

impl Sheets for Xls<Bytes> {
    fn cells(&mut self, sheet: &str, most: usize, cells: &mut Vec<Cell>) -> Result<(), String> {
        from_range(&self.worksheet_range(sheet).map_err(|e| e.to_string())?, most, cells);
        Ok(())
    }

    fn merged(&mut self, sheet: &str) -> Vec<Dimensions> {
        self.merge_cells_by_sheet_name(sheet).unwrap_or_default()
    }
}

impl Sheets for Ods<Bytes> {
    fn cells(&mut self, sheet: &str, most: usize, cells: &mut Vec<Cell>) -> Result<(), String> {
        from_range(&self.worksheet_range(sheet).map_err(|e| e.to_string())?, most, cells);
        Ok(())
    }

    fn merged(&mut self, _: &str) -> Vec<Dimensions> {
        Vec::new()
    }
}

fn from_range(range: &calamine::Range<Data>, most: usize, cells: &mut Vec<Cell>) {
    let (row, column) = range.start().unwrap_or((0, 0));
    for (r, c, value) in range.used_cells() {
        let at = CellRef { row: row.saturating_add(r as u32), column: column.saturating_add(c as u32) };
        cells.extend(shown(at, &reference(value), None));
        if cells.len() >= most {
            return;
        }
    }
}

fn reference(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(v) => DataRef::Int(*v),
        Data::Float(v) => DataRef::Float(*v),
        Data::String(v) => DataRef::SharedString(v),
        Data::Bool(v) => DataRef::Bool(*v),
        Data::DateTime(v) => DataRef::DateTime(*v),
        Data::DateTimeIso(v) => DataRef::DateTimeIso(v.clone()),
        Data::DurationIso(v) => DataRef::DurationIso(v.clone()),
        Data::Error(v) => DataRef::Error(v.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// The cell as a person sees it; `None` when it shows nothing.
fn shown(at: CellRef, value: &DataRef<'_>, format: Option<&str>) -> Option<Cell> {
    if at.row >= 1_048_576 || at.column >= 16_384 {
        return None;
    }
    let (text, kind) = match value {
        DataRef::Int(v) => (number::number(*v as f64, format), Kind::Number),
        DataRef::Float(v) => (number::number(*v, format), Kind::Number),
        DataRef::String(v) => (v.trim().to_owned(), Kind::Text),
        DataRef::SharedString(v) => (v.trim().to_owned(), Kind::Text),
        DataRef::Bool(v) => (if *v { "TRUE" } else { "FALSE" }.to_owned(), Kind::Other),
        DataRef::DateTime(v) => (number::date(v, format), Kind::Date),
        DataRef::DateTimeIso(v) => (number::iso_date(v), Kind::Date),
        DataRef::DurationIso(v) => (number::iso_duration(v), Kind::Date),
        DataRef::Error(v) => (v.to_string(), Kind::Other),
        DataRef::Empty => return None,
    };
    (!text.is_empty()).then_some(Cell { at, text, kind })
}

/// Bytes that the parts of a zip archive say they unpack to.
fn unpacked_bytes(archive: &[u8]) -> u64 {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let mut total: u64 = 0;
    // The directory stands at the end; an archive with 64 Ki parts has one of about 6 MiB.
    let mut at = archive.len().saturating_sub(8 << 20);
    while let Some(found) = archive[at..].windows(4).position(|w| w == ENTRY) {
        at += found + 4;
        if let Some(size) = archive.get(at + 20..at + 24).and_then(|b| b.try_into().ok()) {
            total = total.saturating_add(u64::from(u32::from_le_bytes(size)));
        }
    }
    total
}
