// A citation opens its place beside the answer; Esc or the button goes back. Pointing at a citation shows its source.

import { nodes } from "./event-stream.js";

const panel = document.getElementById("evidence-panel");
const place = document.getElementById("place");
const list = document.getElementById("evidence");
const back = document.getElementById("evidence-back");
const wide = matchMedia("(min-width: 60rem)");

let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.citation, a.candidate, a.source-link, a.crop, #place a[href^='/documents/']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || link.hasAttribute("download")) return;
  if (!wide.matches) {
    if (link.matches("a.citation") && fold(link)) event.preventDefault();
    return;
  }
  event.preventDefault();
  if (!place.contains(link)) opener = link;
  show(link.getAttribute("href"));
});

document.addEventListener("submit", (event) => {
  if (!place.contains(event.target)) return;
  event.preventDefault();
  show(`${event.target.action}?${new URLSearchParams(new FormData(event.target))}`);
});

back.addEventListener("click", close);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !place.hidden) close(); });
document.addEventListener("kura:asking", close);

for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(on, (event) => mark(event.target, true));
  document.addEventListener(off, (event) => mark(event.target, false));
}

async function show(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected) { location.assign(address); return; }
  const page = nodes(await response.text());
  const body = page.querySelector("#reader");
  if (!body) { location.assign(address); return; }
  const heading = document.createElement("h3");
  const title = document.createElement("a");
  title.href = address;
  title.target = "_blank";
  title.textContent = page.querySelector("h1")?.textContent ?? "";
  heading.append(title);
  const scrolled = document.createElement("div");
  scrolled.className = "place-scroll";
  scrolled.append(body);
  place.replaceChildren(heading, scrolled);
  place.hidden = false;
  list.hidden = true;
  back.hidden = false;
  panel.classList.add("showing-place");
  reveal();
  back.focus({ preventScroll: true });
}

// Scrolls the panel, and only the panel, to the cited place once its picture has a height.
function reveal() {
  const cited = place.querySelector("#cited");
  const scrolled = place.querySelector(".place-scroll");
  if (!cited) return;
  const scroll = () => {
    const box = cited.getBoundingClientRect();
    const frame = scrolled.getBoundingClientRect();
    scrolled.scrollTop += box.top - frame.top - frame.height / 3;
    const across = cited.closest(".sheet-frame");
    if (across) across.scrollLeft += box.left - across.getBoundingClientRect().left - across.clientWidth / 3;
  };
  scroll();
  place.querySelector("img.page")?.addEventListener("load", scroll, { once: true });
}

// On a narrow screen the source folds out under its sentence. False when it is not at hand.
function fold(citation) {
  const sentence = citation.closest(".sentence");
  const number = citation.dataset.source;
  const open = sentence.nextElementSibling;
  const folded = open?.classList.contains("fold") && open.dataset.source === number;
  if (open?.classList.contains("fold")) open.remove();
  citation.setAttribute("aria-expanded", String(!folded));
  if (folded) return true;
  const source = document.getElementById(`source-${number}`);
  if (!source) return false;
  const box = document.createElement("div");
  box.className = "fold";
  box.dataset.source = number;
  box.append(...[...source.cloneNode(true).childNodes]);
  box.querySelectorAll("a").forEach((link) => { link.href = citation.href; });
  sentence.after(box);
  return true;
}

function close() {
  if (place.hidden) return;
  place.hidden = true;
  place.replaceChildren();
  list.hidden = false;
  back.hidden = true;
  panel.classList.remove("showing-place");
  opener?.focus?.({ preventScroll: true });
  opener = null;
}

function mark(target, on) {
  const citation = target.closest?.("a.citation");
  if (!citation) return;
  document.getElementById(`source-${citation.dataset.source}`)?.classList.toggle("pointed", on);
}
