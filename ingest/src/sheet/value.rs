//! Values: what calamine read in a cell, shown as the cell's style shows it.

use super::book::{Sink, on_sheet, truth};
use super::format;
use super::grid::Kind;
use super::styles::Styles;
use appliance_core::locator::CellRef;
use calamine::{CellErrorType, DataType};

/// Hands a value to the sink as its style shows it; whether to go on. Empty ones, and those off the sheet, are passed over.
pub(crate) fn hand<V: DataType>(sink: &mut dyn Sink, styles: &Styles, at: CellRef, value: &V, style: usize) -> bool {
    if !on_sheet(at) {
        return true;
    }
    if let Some(text) = value.get_string() {
        return styles.text(sink, at, text, style);
    }
    if let Some(number) = number(value) {
        return styles.number(sink, at, number, style);
    }
    if let Some(date) = value.get_datetime_iso() {
        return match format::serial(date.trim(), styles.since_1904) {
            Some(serial) => styles.number(sink, at, serial, style),
            None => date.trim().is_empty() || sink.cell(at, date.trim(), Kind::Date),
        };
    }
    if let Some(error) = value.get_error() {
        return sink.cell(at, self::error(error), Kind::Other);
    }
    value.get_bool().is_none_or(|b| sink.cell(at, truth(b), Kind::Other))
}

fn number<V: DataType>(value: &V) -> Option<f64> {
    let whole = || value.get_int().map(|n| n as f64);
    value.get_float().or_else(whole).or_else(|| value.get_datetime().map(|d| d.as_f64()))
}

fn error(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}
