// What a mark points at, while the pointer or the focus is on it: the words and where they stand. It can be pointed at itself,
// stays until one leaves it, and closes by Esc.

const box = document.createElement("div");
box.id = "quotation";
box.className = "quotation";
box.setAttribute("role", "tooltip");
box.hidden = true;
document.body.append(box);

const LINGER = 150;
let mark = null;
let leaving = 0;

document.addEventListener("mouseover", (event) => {
  const citation = event.target.closest?.("a.citation");
  if (citation) show(citation);
  else if (!box.contains(event.target)) leave();
  else clearTimeout(leaving);
});
document.addEventListener("focusin", (event) => {
  const citation = event.target.closest?.("a.citation");
  if (citation?.matches(":focus-visible")) show(citation);
  else if (mark) hide();
});
// Before anything else takes the key: the first Esc closes the words, the next one the place beside the answer.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !mark) return;
  hide();
  event.stopImmediatePropagation();
}, { capture: true });
document.addEventListener("click", (event) => { if (!box.contains(event.target)) hide(); });
window.addEventListener("scroll", hide, { passive: true });

function show(citation) {
  clearTimeout(leaving);
  if (citation === mark || !citation.dataset.quote) return;
  hide();
  mark = citation;
  const where = document.createElement("p");
  where.className = "quotation-where";
  where.textContent = `${citation.textContent} ${citation.dataset.where}`;
  const words = document.createElement("p");
  words.className = "quotation-words";
  const cited = document.createElement("mark");
  cited.className = "cited";
  cited.textContent = citation.dataset.quote;
  words.append(citation.dataset.before, cited, citation.dataset.after);
  box.replaceChildren(where, words);
  box.hidden = false;
  citation.setAttribute("aria-describedby", box.id);
  place(citation);
}

// Under the mark, above it where there is no room; inside the window.
function place(citation) {
  const at = citation.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 8;
  const top = below + height > innerHeight && at.top - 8 - height > 0 ? at.top - 8 - height : below;
  const left = Math.max(8, Math.min(at.left - 24, document.documentElement.clientWidth - width - 8));
  box.style.setProperty("inset", `${top}px auto auto ${left}px`);
}

function leave() {
  if (!mark) return;
  clearTimeout(leaving);
  leaving = setTimeout(hide, LINGER);
}

function hide() {
  clearTimeout(leaving);
  if (!mark) return;
  mark.removeAttribute("aria-describedby");
  mark = null;
  box.hidden = true;
}
