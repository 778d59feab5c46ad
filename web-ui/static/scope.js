// The scope as chips: what is set in the menu's fields stands beside the question, each taken away by its own button.

import { composing } from "./composing.js";

const scope = document.getElementById("scope");
const chips = document.getElementById("scope-chips");
const none = document.getElementById("scope-none");
const menu = scope.querySelector("details");
const form = scope.closest("form");
const words = scope.dataset;

// A day as the person writes days.
function day(value) {
  const date = new Date(`${value}T00:00:00`);
  if (words.calendar !== "japanese" || Number.isNaN(date.valueOf())) return value;
  return new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { era: "long", year: "numeric", month: "long", day: "numeric" }).format(date);
}

const single = {
  as_of: (value) => words.asOf.replace("{}", day(value)),
  kind: (value) => words.kind.replace("{}", value),
  from: (value) => words.from.replace("{}", day(value)),
  until: (value) => words.until.replace("{}", day(value)),
  department: (value) => words.department.replace("{}", value),
  title: (value) => words.title.replace("{}", value),
};

// What is set: the words of its chip, and how it is taken away.
function set() {
  const boxes = [...form.querySelectorAll("input[data-chip]:checked")];
  const found = boxes.map((box) => ({ text: box.dataset.chip, clear: () => { box.checked = false; } }));
  for (const [name, say] of Object.entries(single)) {
    const field = form.elements[name];
    if (field?.value.trim()) found.push({ text: say(field.value.trim()), clear: () => { field.value = ""; } });
  }
  return found;
}

function show() {
  chips.replaceChildren(...set().map(({ text, clear }, index) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.setAttribute("aria-label", words.remove.replace("{}", text));
    const label = document.createElement("span");
    label.textContent = text;
    const cross = document.createElement("span");
    cross.className = "cross";
    cross.setAttribute("aria-hidden", "true");
    cross.textContent = "✕";
    button.append(label, cross);
    button.addEventListener("click", () => { clear(); show(); focusNear(index); });
    item.append(button);
    return item;
  }));
  none.hidden = chips.children.length > 0;
}

// The focus stays where the chip was.
function focusNear(index) {
  const buttons = chips.querySelectorAll("button");
  (buttons[Math.min(index, buttons.length - 1)] ?? menu.querySelector("summary")).focus();
}

// Documents by their titles: what is found is put among the boxes.
const title = document.getElementById("scope-title");
const found = document.getElementById("scope-found");
const said = document.getElementById("scope-said");
const PAUSE = 200;
let timer = 0;
let running = null;

title.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(find, PAUSE);
});
title.addEventListener("compositionend", () => { timer = setTimeout(find, PAUSE); });
title.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || composing(event)) return;
  event.preventDefault();
  found.querySelector("button")?.click();
});

async function find() {
  running?.abort();
  const run = new AbortController();
  running = run;
  if (!title.value.trim()) { offer([]); return; }
  const response = await fetch(title.dataset.find, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: run.signal }).catch(() => null);
  if (response?.ok) offer(await response.json());
}

function offer(documents) {
  const sought = title.value.trim() !== "";
  found.hidden = documents.length === 0;
  said.textContent = sought && found.hidden ? title.dataset.none : "";
  said.className = said.textContent ? "help" : "unseen";
  found.replaceChildren(...documents.map(({ id, title: name, collection }) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const small = document.createElement("small");
    button.type = "button";
    button.className = "text-button";
    small.textContent = collection;
    button.append(name, " ", small);
    button.addEventListener("click", () => take(id, name));
    item.append(button);
    return item;
  }));
}

function take(id, name) {
  const held = form.querySelector(`input[name=document][value="${Number(id)}"]`);
  const box = held ?? document.createElement("input");
  box.checked = true;
  if (!held) {
    box.type = "checkbox";
    box.name = "document";
    box.value = id;
    box.dataset.chip = words.document.replace("{}", name);
    const label = document.createElement("label");
    label.className = "choice";
    const text = document.createElement("span");
    text.textContent = name;
    label.append(box, text);
    document.getElementById("scope-documents").append(label);
  }
  title.value = "";
  offer([]);
  show();
  title.focus();
}

scope.addEventListener("input", show);
scope.addEventListener("change", show);
form.addEventListener("submit", () => { menu.open = false; });
show();
