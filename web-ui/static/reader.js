// Keys for the reader, further pages as they come into view, sizes without a new page. The cited place is brought into view
// inside wide tables too.

import "./copy-link.js";
import { watch } from "./page-text.js";
import { nodes } from "./event-stream.js";

const steps = [50, 75, 100, 125, 150, 200, 250, 300];
const papers = document.getElementById("papers");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = keys[event.key];
  if (!act || (event.target.closest(".table-frame") && event.key.startsWith("Arrow"))) return;
  if (act() !== false) event.preventDefault();
});

const follow = (selector) => () => {
  const link = document.querySelector(selector);
  if (!link) return false;
  location.assign(link.href);
  return true;
};

const keys = {
  j: () => turn(1),
  k: () => turn(-1),
  ArrowRight: () => turn(1),
  ArrowLeft: () => turn(-1),
  "+": () => zoom(1),
  "=": () => zoom(1),
  "-": () => zoom(-1),
  0: () => zoom(0),
  "/": () => { const field = document.getElementById("find"); field?.focus(); field?.select(); return Boolean(field); },
  n: follow("a[data-hit=next]"),
  p: follow("a[data-hit=previous]"),
  "[": follow("a[data-citation=previous]"),
  "]": follow("a[data-citation=next]"),
  "?": () => { const help = document.querySelector("details.keys"); if (help) { help.open = !help.open; help.querySelector("summary").focus(); } return Boolean(help); },
};

// To the page after or before the one that is read; over the edge of what is here, by its link.
function turn(step) {
  const all = [...document.querySelectorAll(".paper")];
  if (all.length === 0) return follow(`.place-bar a[rel=${step > 0 ? "next" : "prev"}]`)();
  const at = all.findLastIndex((paper) => paper.getBoundingClientRect().top <= innerHeight / 3);
  const to = all[Math.max(at, 0) + step];
  if (to && at >= 0) { to.scrollIntoView({ block: "start" }); return true; }
  if (at < 0 && step > 0) { all[0].scrollIntoView({ block: "start" }); return true; }
  return step > 0 ? follow("#further")() : follow(".place-bar a[rel=prev]")();
}

// Sizes are attributes of the pictures; what is read stays in view.
function zoom(step) {
  if (!papers) return false;
  const now = Number(new URL(location).searchParams.get("zoom")) || 100;
  const next = step > 0 ? steps.find((z) => z > now) : step < 0 ? steps.findLast((z) => z < now) : null;
  if (next === undefined) return true;
  const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(".paper");
  for (const image of papers.querySelectorAll("img.page")) size(image, next);
  papers.classList.toggle("fitting", next === null);
  const address = new URL(location);
  if (next === null) address.searchParams.delete("zoom"); else address.searchParams.set("zoom", next);
  history.replaceState(history.state, "", address);
  const label = document.querySelector(".zoom-menu summary");
  if (label) label.textContent = next === null ? label.dataset.fit : `${next} %`;
  middle?.scrollIntoView({ block: "nearest" });
  return true;
}

function size(image, percent) {
  const [, , width, height] = image.parentElement.querySelector("svg.highlights").getAttribute("viewBox").split(" ").map(Number);
  const pixels = (96 / 72) * (percent ?? 100) / 100;
  image.width = Math.round(width * pixels);
  image.height = Math.round(height * pixels);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("a[data-zoom]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  zoom(button.dataset.zoom === "larger" ? 1 : -1);
});

// The next pages, when the end of those that are here comes into view.
const further = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting)) more();
}, { rootMargin: "1200px" });

async function more() {
  const link = document.getElementById("further");
  if (!link) return;
  further.disconnect();
  const response = await fetch(link.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const page = nodes(await response.text());
  const old = link.closest(".further");
  const fresh = [...page.querySelectorAll("#papers > .paper, #papers > .further")];
  for (const one of fresh) one.querySelectorAll("#cited, #hit").forEach((mark) => mark.removeAttribute("id"));
  old.replaceWith(...fresh);
  const asked = Number(new URL(location).searchParams.get("zoom"));
  if (asked) papers.querySelectorAll("img.page").forEach((image) => size(image, asked));
  watch(papers);
  begin();
}

function begin() {
  const link = document.getElementById("further");
  if (link && papers) further.observe(link);
}

begin();

for (const mark of ["cited", "hit"]) {
  const place = document.getElementById(mark);
  if (!place || (location.hash && location.hash !== `#${mark}`)) continue;
  const show = () => place.scrollIntoView({ block: "center", inline: "center" });
  show();
  document.querySelector("img.page")?.addEventListener("load", show, { once: true });
}

// The lists that fold out over the page close by Esc and by a click elsewhere.
for (const list of document.querySelectorAll("details.keys, details.zoom-menu")) {
  document.addEventListener("click", (event) => { if (!list.contains(event.target)) list.open = false; });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !list.open) return;
    list.open = false;
    list.querySelector("summary").focus();
  });
}
