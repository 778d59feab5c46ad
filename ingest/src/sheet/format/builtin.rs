//! The formats that every workbook knows by number (ECMA-376 part 1, 18.8.30), as a Japanese spreadsheet shows them.

/// The format code of a built-in number; `None` for one that a workbook defines itself.
pub(crate) fn code(id: u16) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 6 => "\"¥\"#,##0;\"¥\"\\-#,##0",
        7 | 8 => "\"¥\"#,##0.00;\"¥\"\\-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 57 => "[$-411]ge.m.d",
        28 | 29 | 51 | 54 | 58 => "[$-411]ggge\"年\"m\"月\"d\"日\"",
        30 => "m/d/yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"時\"mm\"分\"",
        33 => "h\"時\"mm\"分\"ss\"秒\"",
        34 | 52 | 55 => "yyyy\"年\"m\"月\"",
        35 | 53 | 56 => "m\"月\"d\"日\"",
        37 | 38 => "#,##0;\\-#,##0",
        39 | 40 => "#,##0.00;\\-#,##0.00",
        41 => "#,##0;\\-#,##0;\"-\"",
        42 => "\"¥\"#,##0;\"¥\"\\-#,##0;\"¥\"\"-\"",
        43 => "#,##0.00;\\-#,##0.00;\"-\"",
        44 => "\"¥\"#,##0.00;\"¥\"\\-#,##0.00;\"¥\"\"-\"",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}

/// Whether a code is what an American spreadsheet shows for a format that is known by number, or says nothing.
pub(crate) fn is_american(code: &str) -> bool {
    matches!(code, "General" | "mm-dd-yy" | "m/d/yy h:mm" | "mmss.0")
        || matches!(code, "#,##0 ;(#,##0)" | "#,##0 ;[Red](#,##0)" | "#,##0.00;(#,##0.00)" | "#,##0.00;[Red](#,##0.00)")
        || (code.starts_with("_(* #,##0") || code.starts_with("_($* #,##0")) && code.ends_with("_);_(@_)")
}
