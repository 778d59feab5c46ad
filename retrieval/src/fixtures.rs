//! What the unit tests share: a tiny dictionary, made by the real compiler from sources of its own.

use crate::analyzer::Analyzer;
use crate::dictionary;
use encoding_rs::EUC_JP;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const WORDS: &str = "\
手数料,0,0,100,名詞,一般,*,*,*,*,手数料,テスウリョウ,テスーリョー
施設,0,0,100,名詞,一般,*,*,*,*,施設,シセツ,シセツ
料,0,0,400,名詞,接尾,一般,*,*,*,料,リョウ,リョー
円,0,0,100,名詞,接尾,助数詞,*,*,*,円,エン,エン
月,0,0,100,名詞,一般,*,*,*,*,月,ツキ,ツキ
支払っ,0,0,100,動詞,自立,*,*,五段・ワ行促音便,連用タ接続,支払う,シハラッ,シハラッ
こと,0,0,100,名詞,非自立,一般,*,*,*,こと,コト,コト
た,0,0,50,助動詞,*,*,*,特殊・タ,基本形,た,タ,タ
を,0,0,50,助詞,格助詞,一般,*,*,*,を,ヲ,ヲ
の,0,0,50,助詞,連体化,*,*,*,*,の,ノ,ノ
は,0,0,50,助詞,係助詞,*,*,*,*,は,ハ,ワ
";
const CHARACTERS: &str = "\
DEFAULT 0 1 0
KATAKANA 1 1 2
KANJI 0 0 2
0x30A1..0x30FF KATAKANA
0x4E00..0x9FA5 KANJI # 漢字
";
const UNKNOWN: &str = "\
DEFAULT,0,0,5000,記号,一般,*,*,*,*,*
KATAKANA,0,0,2000,名詞,一般,*,*,*,*,*
KANJI,0,0,3000,名詞,一般,*,*,*,*,*
";

/// Writes sources as IPADIC has them; gives their folder.
pub fn dictionary_sources(into: &Path) -> PathBuf {
    let folder = into.join("sources");
    std::fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), EUC_JP.encode(text).0).expect("a source file");
    write("Noun.csv", WORDS);
    write("char.def", CHARACTERS);
    write("unk.def", UNKNOWN);
    write("matrix.def", "1 1\n0 0 0\n");
    folder
}

/// Compiles the tiny dictionary.
pub fn dictionary(to: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    dictionary::compile(&dictionary_sources(folder.path()), to).expect("the tiny dictionary compiles");
}

/// An analyzer with the tiny dictionary.
pub fn analyzer() -> Analyzer {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tiny.dic");
        dictionary(&path);
        Analyzer::from_dictionary(&path).expect("the tiny dictionary loads")
    };
    ANALYZER.get_or_init(make).clone()
}
