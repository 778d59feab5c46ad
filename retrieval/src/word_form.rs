//! The one form of words that are written in several ways, where characters alone do not tell.
//!
//! Kana: ひらがな and カタカナ are one (ごみ, ゴミ), ヴ is ブ, a long mark at the end of a longer word is left out (サーバー,
//! サーバ). Okurigana: a word of several kanji is its kanji (申し込み, 申込み and 申込; 取り消す and 取消). Applied to the words
//! that the dictionary gives, never to running text, and alike to passages and questions.

use appliance_core::folding::{everyday, katakana};

/// Characters of a kana word from which the long mark at its end is optional (JIS Z 8301, Annex G, as people write it).
const LONG: usize = 4;

/// The one form of a word that the dictionary gave, folded.
pub(crate) fn word_form(word: &str) -> String {
    let word: String = word.chars().map(everyday).collect();
    if word.chars().all(is_kana) {
        return kana_form(&word);
    }
    let kanji = word.chars().filter(|c| is_kanji(*c)).count();
    let hiragana = word.chars().any(is_hiragana);
    // の joins two words: 男の子 is no 男子.
    if kanji >= 2 && hiragana && word.chars().all(|c| is_kanji(c) || is_hiragana(c)) && !word.contains('の') {
        return word.chars().filter(|c| is_kanji(*c)).collect();
    }
    word
}

fn kana_form(word: &str) -> String {
    let mut form = String::with_capacity(word.len());
    let mut characters = word.chars().map(katakana).peekable();
    while let Some(c) = characters.next() {
        let small = characters.peek().copied();
        match (c, small) {
            ('ヴ', Some(small @ ('ァ' | 'ィ' | 'ェ' | 'ォ'))) => {
                characters.next();
                form.push(match small {
                    'ァ' => 'バ',
                    'ィ' => 'ビ',
                    'ェ' => 'ベ',
                    _ => 'ボ',
                });
            }
            ('ヴ', Some('ュ')) => form.push('ビ'),
            ('ヴ', _) => form.push('ブ'),
            ('ウ', Some(small @ ('ィ' | 'ェ' | 'ォ'))) => {
                characters.next();
                form.push('ウ');
                form.push(match small {
                    'ィ' => 'イ',
                    'ェ' => 'エ',
                    _ => 'オ',
                });
            }
            _ => form.push(c),
        }
    }
    if form.chars().count() >= LONG && form.ends_with('ー') {
        form.pop();
    }
    form
}

fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ')
}

fn is_kana(c: char) -> bool {
    is_hiragana(c) || matches!(c, 'ァ'..='ヶ' | 'ー')
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '々')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_alike(words: &[&str]) {
        let forms: Vec<String> = words.iter().map(|w| word_form(w)).collect();
        assert!(forms.iter().all(|f| *f == forms[0]), "{words:?} have the forms {forms:?}");
    }

    #[test]
    fn ways_of_writing_one_word() {
        check_alike(&["ごみ", "ゴミ"]);
        check_alike(&["サーバー", "サーバ"]);
        check_alike(&["コンピューター", "コンピュータ"]);
        check_alike(&["ヴァイオリン", "バイオリン"]);
        check_alike(&["インタヴュー", "インタビュー"]);
        check_alike(&["ソフトウェア", "ソフトウエア"]);
        check_alike(&["申し込み", "申込み", "申込"]);
        check_alike(&["取り消す", "取消す", "取消"]);
        check_alike(&["打ち合わせ", "打合せ", "打合"]);
        check_alike(&["斉藤", "斎藤", "齋藤"]);
    }

    #[test]
    fn other_words_stay_what_they_are() {
        for word in ["男の子", "支払", "お知らせ", "カー", "エラー", "500円", "x軸", "届け"] {
            assert_eq!(word_form(word), word.chars().map(katakana_only_where_all_kana(word)).collect::<String>());
        }
        assert_ne!(word_form("男の子"), word_form("男子"));
    }

    fn katakana_only_where_all_kana(word: &str) -> impl Fn(char) -> char {
        let all = word.chars().all(is_kana);
        move |c| if all { katakana(c) } else { c }
    }
}
