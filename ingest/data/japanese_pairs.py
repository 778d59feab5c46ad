#!/usr/bin/env python3
"""Makes japanese-pairs.bin: which characters stand side by side in Japanese words.

usage: japanese_pairs.py [IPADIC]    (default: /usr/share/mecab/dic/ipadic, Debian's package mecab-ipadic)

Counts the pairs of adjacent characters inside the 390,000 words of IPADIC and keeps the usual ones in a table of
2^19 bits, one hash each. About 47,000 bits are set, so that one pair of eleven passes by chance. The table is
committed; run this only to change it. The same dictionary gives the same bytes.
"""

import collections
import sys
import unicodedata
from pathlib import Path

BITS = 1 << 19
# The hiragana that make up 93 % of those in running text (particles, endings). A pair of them is usual wherever a word has it.
FREQUENT = set("のにるいをしすとではてながまたれもこりかっうあらさくよきっえつけやおばみめそせんどだわ")


def kind(c):
    """hiragana, katakana or kanji; nothing else counts."""
    o = ord(c)
    if 0x3041 <= o <= 0x3096:
        return "hiragana"
    if 0x30A1 <= o <= 0x30FA or c == "ー":
        return "katakana"
    if 0x3400 <= o <= 0x9FFF or o >= 0x20000 or c == "々":
        return "kanji"
    return None


def bit(a, b):
    """The bit of a pair, as `Pairs::contains` computes it."""
    h = (a * 0x9E3779B1 & 0xFFFFFFFF) ^ (b * 0x85EBCA6B & 0xFFFFFFFF)
    h ^= h >> 15
    h = h * 0x2C1B3C6D & 0xFFFFFFFF
    h ^= h >> 12
    return h % BITS


def usual(pair, count):
    a, b = pair
    kinds = (kind(a), kind(b))
    if kinds == ("kanji", "kanji"):
        return count >= 2
    if kinds == ("katakana", "katakana"):
        return count >= 5
    if kinds == ("hiragana", "hiragana"):
        return count >= 20 or (a in FREQUENT and b in FREQUENT)
    return False


def main():
    source = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/mecab/dic/ipadic")
    pairs, characters = collections.Counter(), collections.Counter()
    for file in sorted(source.glob("*.csv")):
        for line in file.read_text(encoding="euc-jp").splitlines():
            word = unicodedata.normalize("NFKC", line.split(",", 1)[0])
            characters.update(word)
            pairs.update(zip(word, word[1:]))
    table = bytearray(BITS // 8)
    kept = [(ord(a), ord(b)) for (a, b), count in pairs.items() if usual((a, b), count)]
    # A kanji that ten words use is a known one: a pair with nothing behind it.
    kept += [(ord(c), 0) for c, count in characters.items() if kind(c) == "kanji" and count >= 10]
    for a, b in kept:
        at = bit(a, b)
        table[at >> 3] |= 1 << (at & 7)
    Path(__file__).with_name("japanese-pairs.bin").write_bytes(table)
    print(f"{len(kept)} pairs and kanji, {sum(byte.bit_count() for byte in table)} of {BITS} bits")


if __name__ == "__main__":
    main()
