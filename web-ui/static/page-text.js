// The text over pages that come into view; copied words without the gaps of justified type; the place of a selection.

import { nodes } from "./event-stream.js";

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    lay(entry.target);
  }
}, { rootMargin: "400px" });

export function watch(root) {
  for (const paper of root.querySelectorAll(".paper[data-words]")) near.observe(paper);
}

async function lay(paper) {
  const address = paper.dataset.words;
  delete paper.dataset.words;
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const words = nodes(await response.text()).querySelector("svg.words");
  if (words) paper.querySelector(".paper-frame").append(words);
}

// The address of what is selected on a page: its rectangle in points. Null when nothing is.
export function selectedPlace() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return null;
  const start = selection.getRangeAt(0).startContainer;
  const paper = (start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement)?.closest(".paper");
  const layer = paper?.querySelector("svg.words");
  if (!layer) return null;
  const frame = layer.getBoundingClientRect();
  const boxes = [...selection.getRangeAt(0).getClientRects()].filter((b) => b.width > 0 && b.top >= frame.top - 1 && b.bottom <= frame.bottom + 1);
  if (boxes.length === 0) return null;
  const scale = layer.viewBox.baseVal.width / frame.width;
  const left = Math.min(...boxes.map((b) => b.left)), top = Math.min(...boxes.map((b) => b.top));
  const right = Math.max(...boxes.map((b) => b.right)), bottom = Math.max(...boxes.map((b) => b.bottom));
  const points = [left - frame.left, top - frame.top, right - left, bottom - top].map((n) => Math.max(1, Math.round(n * scale)));
  const document_ = document.querySelector(".reader-head")?.dataset.document;
  return document_ ? `/documents/${document_}/at/page/${paper.dataset.page}/${points.join(",")}` : null;
}

watch(document);
