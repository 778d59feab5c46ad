// What the model writes, before it is checked: grey, in the shape that it will have, so that little moves when it settles.

const CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";
const mark = (number) => CIRCLED[Number(number) - 1] ?? `(${number})`;

export class Provisional {
  #text = "";
  #box = document.createElement("div");

  constructor(answer) {
    this.#box.className = "provisional";
    this.#box.setAttribute("aria-hidden", "true");
    answer.replaceChildren(this.#box);
  }

  get empty() { return !this.#text.trim(); }

  write(text) {
    this.#text += text;
    this.#box.replaceChildren(...this.#text.trim().split(/\n+/).map(line));
  }
}

// Of a model that quotes, the line that names its evidence is a quotation.
function line(text) {
  const quoted = text.match(/^(?:根拠|Evidence)\s*\[(\d+)\]\s*[:：]\s*(.*)$/i);
  const p = document.createElement("p");
  if (quoted) p.className = "verbatim";
  p.textContent = quoted ? `${quoted[2]} ${mark(quoted[1])}` : text.replace(/\s*\[(\d+)\]/g, (_, n) => mark(n));
  return p;
}
