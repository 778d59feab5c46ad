//! Declared sizes: what a workbook says of itself, weighed against its bytes before memory is taken for it.
//!
//! calamine takes room for as many strings and cells as a file declares. A file that declares what its bytes cannot hold
//! is an attack or damage, and is refused.

use super::biff::Records;
use super::book::Refusal;
use super::bytes::{u16_at, u32_at};
use super::package::Package;
use super::xml::attribute;
use quick_xml::events::Event;

/// Bytes of the parts that calamine keeps in memory as a whole.
const MOST_STRINGS: u64 = 256 << 20;
const MOST_STYLES: u64 = 64 << 20;
/// Bytes of the shortest shared string: `<si/>`.
const SHORTEST_STRING: u64 = 5;

/// Weighs the strings and styles of a zipped workbook.
pub(super) fn weigh_package(package: &mut Package) -> Result<(), Refusal> {
    for (ending, most) in [("sharedstrings.xml", MOST_STRINGS), ("sharedstrings.bin", MOST_STRINGS), ("styles.xml", MOST_STYLES)] {
        let Some((name, size)) = package.ending(ending) else { continue };
        if size > most {
            return Err(Refusal::TooLarge(format!("{} MiB in {name}", most >> 20)));
        }
        let declared = if ending == "sharedstrings.xml" { declared_strings(package, &name) } else { None };
        if let Some(count) = declared.filter(|count| *count > size / SHORTEST_STRING + 1) {
            return Err(Refusal::TooLarge(format!("{count} strings declared in {size} bytes")));
        }
    }
    Ok(())
}

fn declared_strings(package: &mut Package, name: &str) -> Option<u64> {
    let mut xml = package.xml(name).ok()??;
    loop {
        match xml.next().ok()? {
            Event::Eof => return None,
            Event::Start(e) | Event::Empty(e) => return attribute(&e, "uniqueCount")?.parse().ok(),
            _ => {}
        }
    }
}

/// Rows and columns of a sheet in a binary workbook of the older kind.
const XLS_ROWS: u32 = 65_536;
const XLS_COLUMNS: u32 = 256;
/// Places of all sheets together; each takes 24 bytes, and those of the sheet being read twice.
const MOST_PLACES: u64 = 8_000_000;
const DIMENSIONS: u16 = 0x200;
/// A record that no reader of cells looks at.
const PASSED_OVER: u16 = 0x0fff;

/// Weighs the sheets of an older binary workbook, which calamine lays out as whole rectangles.
/// What sheets declare is struck out, so that room is taken for their cells alone.
pub(super) fn weigh_sheets(stream: &mut [u8], starts: &[usize]) -> Result<(), Refusal> {
    let mut places = 0_u64;
    for start in starts {
        let (mut rows, mut columns, mut declared) = (0_u32, 0_u32, None);
        for record in Records::of_sheet(stream, *start) {
            if record.number == DIMENSIONS {
                declared = Some(record.start);
                let (last_row, last_column) = dimensions(record.data);
                if last_row > XLS_ROWS || last_column > XLS_COLUMNS {
                    return Err(Refusal::TooLarge(format!(
                        "a sheet declares {last_row} rows and {last_column} columns; it can have {XLS_ROWS} and {XLS_COLUMNS}"
                    )));
                }
            }
            if let Some((row, column)) = record.last_cell() {
                rows = rows.max(row + 1);
                columns = columns.max(column + 1);
            }
        }
        places += u64::from(rows) * u64::from(columns);
        if let Some(declaration) = declared.and_then(|at| stream.get_mut(at..at + 2)) {
            declaration.copy_from_slice(&PASSED_OVER.to_le_bytes());
        }
    }
    if places > MOST_PLACES {
        return Err(Refusal::TooLarge(format!("cells strewn over {places} places, where {MOST_PLACES} are read; save it as .xlsx")));
    }
    Ok(())
}

/// The rows and columns that a sheet declares.
fn dimensions(data: &[u8]) -> (u32, u32) {
    let short = |at| u16_at(data, at).map_or(0, u32::from);
    match data.len() {
        ..14 => (short(2), short(6)),
        _ => (u32_at(data, 4).unwrap_or(0), short(10)),
    }
}
