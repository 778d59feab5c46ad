// The scope as chips: what is set in the menu's fields stands beside the question, each taken away by its own button.

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

scope.addEventListener("input", show);
scope.addEventListener("change", show);
form.addEventListener("submit", () => { menu.open = false; });
show();
