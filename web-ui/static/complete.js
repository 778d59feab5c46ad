// Typing help: a list under the question field. The field stays a text field of several lines, which cannot take the role
// "combobox"; it points to the list and to the option that the arrow keys are on.

import { composing } from "./composing.js";

const field = document.getElementById("question");
const list = document.getElementById("offers");
const said = document.getElementById("offers-said");
const PAUSE = 120;
const LONGEST = 80;

let timer = 0;
let running = null;
let active = -1;

field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-haspopup", "listbox");
field.setAttribute("aria-controls", list.id);

// What an input method has not finished is nobody's wish yet: nothing is asked for it, and no key is taken from it.
field.addEventListener("input", (event) => { event.isComposing ? close() : soon(); });
field.addEventListener("compositionstart", close);
field.addEventListener("compositionend", soon);
field.addEventListener("blur", close);
field.form.addEventListener("submit", close);

field.addEventListener("keydown", (event) => {
  if (composing(event) || list.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  const taken = key(event);
  if (taken) { event.preventDefault(); event.stopImmediatePropagation(); }
}, { capture: true });

function key({ key, shiftKey }) {
  switch (key) {
    case "ArrowDown": point(active + 1); return true;
    case "ArrowUp": point(active - 1); return true;
    case "Escape": close(); return true;
    case "Tab": close(); return false;
    case "Enter":
      if (active < 0 || shiftKey) return false;
      choose(list.children[active]);
      return true;
    default: return false;
  }
}

// Pressed, not clicked: a click would come after the field has lost the focus.
list.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  event.preventDefault();
  if (option) choose(option);
});

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

async function ask() {
  running?.abort();
  const text = field.value.trim();
  if (!text || text.length > LONGEST || text.includes("\n") || document.activeElement !== field) { close(); return; }
  const run = new AbortController();
  running = run;
  try {
    const body = new URLSearchParams(new FormData(field.form));
    const response = await fetch(field.dataset.complete, { method: "POST", body, headers: { Accept: "application/json" }, signal: run.signal });
    // Help that does not come is no failure of asking.
    if (response.ok) show(await response.json());
    else close();
  } catch {
    if (running === run) close();
  }
}

function show(offers) {
  active = -1;
  field.removeAttribute("aria-activedescendant");
  list.replaceChildren(...offers.filter((o) => o.text !== field.value.trim()).map(option));
  list.hidden = list.children.length === 0;
  said.textContent = list.hidden ? "" : field.dataset.offers.replace("{n}", list.children.length);
}

function option(offer, index) {
  const item = document.createElement("li");
  item.id = `offer-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.text = offer.text;
  const label = document.createElement("span");
  label.textContent = offer.label;
  const kind = document.createElement("small");
  kind.textContent = offer.note ? `${offer.kind_words} · ${offer.note}` : offer.kind_words;
  item.append(label, " ", kind);
  return item;
}

function point(to) {
  const options = [...list.children];
  // Past either end lies the field itself.
  active = to >= options.length ? -1 : to < -1 ? options.length - 1 : to;
  options.forEach((o, i) => o.setAttribute("aria-selected", String(i === active)));
  if (active < 0) { field.removeAttribute("aria-activedescendant"); return; }
  field.setAttribute("aria-activedescendant", options[active].id);
  options[active].scrollIntoView({ block: "nearest" });
}

// Puts the text in. It is not sent: asking stays a step of its own.
function choose(option) {
  field.value = option.dataset.text;
  close();
  field.focus();
}

function close() {
  clearTimeout(timer);
  running?.abort();
  running = null;
  active = -1;
  list.hidden = true;
  list.replaceChildren();
  said.textContent = "";
  field.removeAttribute("aria-activedescendant");
}
