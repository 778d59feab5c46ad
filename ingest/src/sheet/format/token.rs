//! The words of a number format (ECMA-376 part 1, 18.8.31): sections, conditions, placeholders.

/// A word of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Literal(String),
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    /// A digit that stands in the format itself (a fixed denominator).
    Fixed(char),
    Point,
    Comma,
    Percent,
    /// `E+` (true) or `E-`.
    Exponent(bool),
    Slash,
    /// The text itself.
    At,
    General,
    Part(Part),
}

/// A part of a date or a time, with the letters it is written with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    Year(usize),
    Buddhist(usize),
    Month(usize),
    Day(usize),
    /// `aaa`, `aaaa`: the day of the week in Japanese.
    Weekday(usize),
    Era(usize),
    EraYear(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// `.00` after seconds.
    Fraction(usize),
    /// `AM/PM` (true) or `A/P`.
    Half(bool),
    /// `[h]`, `[mm]`, `[ss]`: all hours, minutes or seconds of a duration.
    Elapsed(char, usize),
}

/// Which values a section is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    operator: [char; 2],
    limit: f64,
}

impl Condition {
    pub(super) fn holds(self, value: f64) -> bool {
        match self.operator {
            ['<', '='] => value <= self.limit,
            ['<', '>'] => value != self.limit,
            ['<', _] => value < self.limit,
            ['>', '='] => value >= self.limit,
            ['>', _] => value > self.limit,
            _ => value == self.limit,
        }
    }
}

/// One section of a format.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Section {
    pub(super) tokens: Vec<Token>,
    pub(super) condition: Option<Condition>,
    /// Japanese numerals: 1 一二三, 2 壱弐参, 3 full-width digits.
    pub(super) numerals: u8,
    /// Whether names are Japanese: the language of the format says so.
    pub(super) japanese: bool,
}

impl Section {
    pub(super) fn is_date(&self) -> bool {
        self.tokens.iter().any(|t| matches!(t, Token::Part(_)))
    }

    pub(super) fn has(&self, wanted: &Token) -> bool {
        self.tokens.contains(wanted)
    }

    pub(super) fn has_digits(&self) -> bool {
        self.tokens.iter().any(|t| matches!(t, Token::Digit(_)))
    }
}

/// Splits a format at its semicolons, outside quotes, brackets and escapes.
pub(super) fn sections(code: &str) -> Vec<Section> {
    let mut parts = vec![String::new()];
    let mut until = None;
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match (until, c) {
            (None, ';') => {
                parts.push(String::new());
                continue;
            }
            (None, '\\' | '_' | '*') => {
                parts.last_mut().into_iter().for_each(|p| p.push(c));
                parts.last_mut().into_iter().for_each(|p| p.extend(characters.next()));
                continue;
            }
            (None, '"') => until = Some('"'),
            (None, '[') => until = Some(']'),
            (Some(end), c) if c == end => until = None,
            _ => {}
        }
        parts.last_mut().into_iter().for_each(|p| p.push(c));
    }
    parts.iter().take(4).map(|p| section(p)).collect()
}

fn section(code: &str) -> Section {
    let mut section = Section::default();
    let characters: Vec<char> = code.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        at += word(&characters[at..], &mut section).max(1);
    }
    minutes(&mut section.tokens);
    section
}

/// Reads one word; returns how many characters it took.
fn word(rest: &[char], section: &mut Section) -> usize {
    let tokens = &mut section.tokens;
    let run = rest.iter().take_while(|c| c.eq_ignore_ascii_case(&rest[0])).count();
    let starts = |word: &str| word.chars().zip(rest).filter(|(a, b)| a.eq_ignore_ascii_case(b)).count() == word.chars().count();
    match rest[0] {
        '"' => {
            let inside: String = rest[1..].iter().take_while(|c| **c != '"').collect();
            let taken = inside.chars().count() + 2;
            tokens.push(Token::Literal(inside));
            taken
        }
        '\\' => {
            tokens.push(Token::Literal(rest.get(1).map(char::to_string).unwrap_or_default()));
            2
        }
        // A space as wide as the next character; and one character repeated to fill the cell.
        '_' => {
            tokens.push(Token::Literal(" ".to_owned()));
            2
        }
        '*' => 2,
        '[' => {
            let inside: String = rest[1..].iter().take_while(|c| **c != ']').collect();
            bracket(&inside, section);
            inside.chars().count() + 2
        }
        'G' | 'g' if starts("General") => {
            tokens.push(Token::General);
            7
        }
        'G' if starts("G/標準") => {
            tokens.push(Token::General);
            4
        }
        '標' if starts("標準") => {
            tokens.push(Token::General);
            2
        }
        'A' | 'a' if starts("AM/PM") => {
            tokens.push(Token::Part(Part::Half(true)));
            5
        }
        'A' | 'a' if starts("A/P") => {
            tokens.push(Token::Part(Part::Half(false)));
            3
        }
        'a' | 'A' if run >= 3 => part(tokens, Part::Weekday(run), run),
        'y' | 'Y' => part(tokens, Part::Year(run), run),
        'b' | 'B' if run >= 2 => part(tokens, Part::Buddhist(run), run),
        'm' | 'M' => part(tokens, Part::Month(run), run),
        'd' | 'D' => part(tokens, Part::Day(run), run),
        'g' | 'G' => part(tokens, Part::Era(run), run),
        'h' | 'H' => part(tokens, Part::Hour(run), run),
        's' | 'S' => part(tokens, Part::Second(run), run),
        'E' | 'e' if matches!(rest.get(1), Some('+' | '-')) => {
            tokens.push(Token::Exponent(rest[1] == '+'));
            2
        }
        'e' | 'E' => part(tokens, Part::EraYear(run), run),
        '.' => {
            let zeros = rest[1..].iter().take_while(|c| **c == '0').count();
            let after_seconds = tokens.iter().rev().find_map(|t| match t {
                Token::Part(p) => Some(matches!(p, Part::Second(_) | Part::Elapsed('s', _))),
                _ => None,
            });
            if zeros > 0 && after_seconds == Some(true) {
                return part(tokens, Part::Fraction(zeros), zeros + 1);
            }
            tokens.push(Token::Point);
            1
        }
        c @ ('0' | '#' | '?') => {
            tokens.push(Token::Digit(c));
            1
        }
        c @ '1'..='9' => {
            tokens.push(Token::Fixed(c));
            1
        }
        ',' => {
            tokens.push(Token::Comma);
            1
        }
        '%' | '％' => {
            tokens.push(Token::Percent);
            1
        }
        '/' => {
            tokens.push(Token::Slash);
            1
        }
        '@' => {
            tokens.push(Token::At);
            1
        }
        c => {
            tokens.push(Token::Literal(c.to_string()));
            1
        }
    }
}

fn part(tokens: &mut Vec<Token>, part: Part, taken: usize) -> usize {
    tokens.push(Token::Part(part));
    taken
}

/// What stands in brackets: a colour, a condition, a currency with a language, numerals, or a duration.
fn bracket(inside: &str, section: &mut Section) {
    let lower = inside.to_lowercase();
    if let Some(currency) = inside.strip_prefix('$') {
        let (symbol, language) = currency.split_once('-').unwrap_or((currency, ""));
        let language = language.to_lowercase();
        let code = language.split(',').next().unwrap_or("");
        section.japanese |= code.starts_with("ja") || code.ends_with("411") || code == "1030411";
        if !symbol.is_empty() {
            section.tokens.push(Token::Literal(symbol.to_owned()));
        }
        // The dates of the system's own form.
        match code {
            "f800" => section.tokens.extend(self::section("yyyy\"年\"m\"月\"d\"日\"").tokens.into_iter().chain([Token::At])),
            "f400" => section.tokens.extend(self::section("h:mm:ss").tokens.into_iter().chain([Token::At])),
            _ => {}
        }
        return;
    }
    let number = |text: &str| text.trim().parse().ok();
    let limit = |operator: [char; 2], text: &str| number(text).map(|limit| Condition { operator, limit });
    let condition = match () {
        () if inside.starts_with("<=") => limit(['<', '='], &inside[2..]),
        () if inside.starts_with(">=") => limit(['>', '='], &inside[2..]),
        () if inside.starts_with("<>") => limit(['<', '>'], &inside[2..]),
        () if inside.starts_with('<') => limit(['<', ' '], &inside[1..]),
        () if inside.starts_with('>') => limit(['>', ' '], &inside[1..]),
        () if inside.starts_with('=') => limit(['=', ' '], &inside[1..]),
        () => None,
    };
    section.condition = section.condition.or(condition);
    if let Some(kind) = lower.strip_prefix("dbnum").and_then(|n| n.parse().ok()) {
        section.numerals = kind;
    }
    let unit = lower.chars().next().filter(|c| matches!(c, 'h' | 'm' | 's'));
    if let Some(unit) = unit.filter(|u| lower.chars().all(|c| c == *u)) {
        section.tokens.push(Token::Part(Part::Elapsed(unit, lower.len())));
    }
}

/// `m` means minutes after hours and before seconds.
fn minutes(tokens: &mut Vec<Token>) {
    // A system date says all by itself; what follows it is the same date written for other systems.
    if let Some(end) = tokens.iter().position(|t| *t == Token::At).filter(|end| tokens[..*end].iter().any(|t| matches!(t, Token::Part(_))))
    {
        tokens.truncate(end);
    }
    let parts: Vec<usize> = (0..tokens.len()).filter(|i| matches!(tokens[*i], Token::Part(_))).collect();
    for (n, index) in parts.iter().enumerate() {
        let Token::Part(Part::Month(letters)) = tokens[*index] else { continue };
        let after = n.checked_sub(1).map(|p| &tokens[parts[p]]);
        let before = parts.get(n + 1).map(|p| &tokens[*p]);
        let hours = matches!(after, Some(Token::Part(Part::Hour(_) | Part::Elapsed('h', _))));
        let seconds = matches!(before, Some(Token::Part(Part::Second(_) | Part::Elapsed('s', _))));
        if letters <= 2 && (hours || seconds) {
            tokens[*index] = Token::Part(Part::Minute(letters));
        }
    }
}
