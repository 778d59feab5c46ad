//! A place in a regulation, and its one spelling.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// The part of a regulation that is numbered through it. Numbers are followed by those of their branches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// 編
    Book(Vec<u32>),
    /// 章
    Chapter(Vec<u32>),
    /// 条
    Article(Vec<u32>),
    /// 別表; empty where it is the only one.
    Schedule(Vec<u32>),
    /// 様式
    Form(Vec<u32>),
}

impl Part {
    /// The numbers.
    pub fn numbers(&self) -> &[u32] {
        match self {
            Self::Book(n) | Self::Chapter(n) | Self::Article(n) | Self::Schedule(n) | Self::Form(n) => n,
        }
    }

    /// Whether the other is of the same kind.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// A place in a regulation. [`Display`](fmt::Display) gives its one spelling: 「第9条の2第1項第3号イ」「附則第2項」.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    /// Whether it lies in supplementary provisions.
    pub supplement: bool,
    /// The article, table or chapter.
    pub part: Option<Part>,
    /// 項
    pub paragraph: Option<u32>,
    /// 号 and its branches; empty where none is named.
    pub item: Vec<u32>,
    /// イロハ or アイウ below an item.
    pub subitem: Option<char>,
}

impl Address {
    /// An article.
    pub fn article(numbers: &[u32]) -> Self {
        Self { part: Some(Part::Article(numbers.to_vec())), ..Self::default() }
    }

    /// Itself and all that it lies in, outermost first: 第9条, 第9条第2項, 第9条第2項第3号.
    pub fn path(&self) -> Vec<Self> {
        let bare = Self { supplement: self.supplement, part: self.part.clone(), ..Self::default() };
        let mut path = Vec::with_capacity(4);
        if self.supplement && self.part.is_some() {
            path.push(Self { supplement: true, ..Self::default() });
        }
        path.push(bare.clone());
        let paragraph = Self { paragraph: self.paragraph, ..bare };
        let item = Self { item: self.item.clone(), ..paragraph.clone() };
        path.extend([paragraph, item, self.clone()]);
        path.dedup();
        path
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `other` lies in it or is it. The first paragraph of an article goes without a number often enough, so
    /// that an item without a paragraph lies in the first.
    pub fn contains(&self, other: &Self) -> bool {
        self.supplement == other.supplement
            && (self.part.is_none() || self.part == other.part)
            && self.paragraph.is_none_or(|p| p == other.paragraph.unwrap_or(1))
            && (self.item.is_empty() || self.item == other.item)
            && self.subitem.is_none_or(|s| other.subitem == Some(s))
    }

    /// How far two places of one regulation are from each other; `None` where they cannot be compared.
    pub fn distance(&self, other: &Self) -> Option<u32> {
        let (a, b) = (self.part.as_ref(), other.part.as_ref());
        match (a, b) {
            (Some(a), Some(b)) if a.is_like(b) && self.supplement == other.supplement => {
                let first = |p: &Part| p.numbers().first().copied().unwrap_or(0);
                let branch = |p: &Part| p.numbers().get(1).copied().unwrap_or(0).min(99);
                Some(first(a).abs_diff(first(b)).saturating_mul(100).saturating_add(branch(a).abs_diff(branch(b))))
            }
            (None, None) if self.supplement == other.supplement => Some(self.paragraph.unwrap_or(0).abs_diff(other.paragraph.unwrap_or(0))),
            _ => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.supplement {
            f.write_str("附則")?;
        }
        match &self.part {
            Some(Part::Book(n)) => write!(f, "第{}編", branched(n))?,
            Some(Part::Chapter(n)) => write!(f, "第{}章", branched(n))?,
            Some(Part::Article(n)) => {
                write!(f, "第{}条", n.first().copied().unwrap_or_default())?;
                n.iter().skip(1).try_for_each(|n| write!(f, "の{n}"))?;
            }
            Some(Part::Schedule(n)) if n.is_empty() => f.write_str("別表")?,
            Some(Part::Schedule(n)) => write!(f, "別表第{}", branched(n))?,
            Some(Part::Form(n)) if n.is_empty() => f.write_str("様式")?,
            Some(Part::Form(n)) => write!(f, "様式第{}号", branched(n))?,
            None => {}
        }
        if let Some(paragraph) = self.paragraph {
            write!(f, "第{paragraph}項")?;
        }
        if let Some(first) = self.item.first() {
            write!(f, "第{first}号")?;
            self.item.iter().skip(1).try_for_each(|n| write!(f, "の{n}"))?;
        }
        self.subitem.map_or(Ok(()), |s| f.write_char(s))
    }
}

fn branched(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("の")
}
