// Asking without leaving the page: the answer streams beside its sources.

import { composing } from "./composing.js";
import { events, nodes } from "./event-stream.js";

const form = document.getElementById("ask-form");
const question = document.getElementById("question");
const result = document.getElementById("result");
const answer = document.getElementById("answer");
const evidence = document.getElementById("evidence");
const evidencePanel = document.getElementById("evidence-panel");
const stages = document.getElementById("stages");
const announcer = document.getElementById("announcer");
const stop = document.getElementById("stop");
const words = form.dataset;

let running = null;

question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !composing(event)) {
    event.preventDefault();
    if (question.value.trim()) form.requestSubmit();
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (question.value.trim()) ask();
});

stop.addEventListener("click", () => running?.abort());

document.addEventListener("click", (event) => {
  const example = event.target.closest("a.example");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  question.value = example.textContent;
  form.requestSubmit();
});

window.addEventListener("popstate", () => location.reload());

async function ask() {
  running?.abort();
  const run = new AbortController();
  running = run;
  const progress = begin();
  try {
    const response = await fetch(form.dataset.stream, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "text/event-stream" },
      signal: run.signal,
    });
    if (response.status === 401) { location.assign("/sign-in"); return; }
    if (!response.ok) { fail(await response.json()); return; }
    let ended = false;
    for await (const event of events(response)) ended = take(event, progress) || ended;
    if (!ended) fail({ message: words.lost });
  } catch (error) {
    if (run.signal.aborted) { if (running === run) stopped(); }
    else fail({ message: words.lost });
  } finally {
    progress.end();
    if (running === run) { running = null; stop.hidden = true; answer.removeAttribute("aria-busy"); }
  }
}

function begin() {
  document.getElementById("start")?.setAttribute("hidden", "");
  document.querySelector(".asked")?.remove();
  document.getElementById("jump")?.remove();
  document.getElementById("printed-question").textContent = question.value;
  result.hidden = false;
  stop.hidden = false;
  stages.hidden = false;
  evidencePanel.hidden = false;
  stages.replaceChildren();
  evidence.replaceChildren();
  answer.setAttribute("aria-busy", "true");
  const provisional = document.createElement("p");
  provisional.className = "provisional";
  provisional.setAttribute("aria-hidden", "true");
  answer.replaceChildren(provisional);
  document.dispatchEvent(new CustomEvent("kura:asking"));
  if (matchMedia("(max-width: 60rem)").matches) result.scrollIntoView({ block: "start" });
  return new Progress();
}

// The stages with their seconds, ticking.
class Progress {
  #current = null;
  #timer = setInterval(() => this.#tick(), 200);

  stage({ label, before }) {
    this.#finish(before);
    const item = document.createElement("li");
    const seconds = document.createElement("span");
    seconds.className = "seconds";
    item.append(label, " ", seconds);
    stages.append(item);
    this.#current = { item, seconds, since: performance.now() };
    announcer.textContent = label;
  }

  end(words = "") {
    clearInterval(this.#timer);
    this.#finish(words);
  }

  #finish(words) {
    if (!this.#current) return;
    this.#tick();
    this.#current.item.classList.add("done");
    if (words) this.#current.item.firstChild.textContent = words;
    this.#current = null;
  }

  #tick() {
    if (!this.#current) return;
    const elapsed = (performance.now() - this.#current.since) / 1000;
    this.#current.seconds.textContent = words.seconds.replace("{n}", elapsed.toFixed(1));
  }
}

// Shows one event; true for the last one.
function take({ name, data }, progress) {
  switch (name) {
    case "stage": progress.stage(data); return false;
    case "sources": evidence.replaceChildren(nodes(data.html)); return false;
    case "token": write(data.text); return false;
    case "answer": settle(data, progress); return true;
    case "jump": jump(data, progress); return true;
    case "failed": fail(data); return true;
    default: return false;
  }
}

function write(text) {
  const provisional = answer.querySelector(".provisional");
  provisional?.append(provisional.textContent ? text : text.trimStart());
}

function settle(data, progress) {
  progress.end(words.checked);
  answer.removeAttribute("aria-busy");
  answer.replaceChildren(nodes(data.html));
  evidence.replaceChildren(nodes(data.evidence));
  answer.querySelectorAll(".script-only").forEach((part) => { part.hidden = false; });
  announcer.textContent = words.arrived;
  history.pushState(null, "", `/answers/${data.id}`);
  document.title = question.value;
}

// A reference alone leads to its place, or to places to choose from.
function jump({ href, html }, progress) {
  if (href) { location.assign(href); return; }
  progress.end();
  stages.hidden = true;
  evidencePanel.hidden = true;
  answer.removeAttribute("aria-busy");
  answer.replaceChildren(nodes(html));
  announcer.textContent = answer.querySelector("p").textContent;
}

function fail({ message, request_id: id }) {
  const box = document.createElement("div");
  box.className = "notice bad";
  box.setAttribute("role", "alert");
  box.append(paragraph(message));
  if (id) box.append(paragraph(`${words.id} ${id}`));
  box.append(againButton());
  answer.replaceChildren(box);
}

function stopped() {
  const provisional = answer.querySelector(".provisional");
  const box = document.createElement("div");
  box.className = "notice";
  box.append(paragraph(words.stopped), againButton());
  answer.replaceChildren(...(provisional?.textContent ? [provisional] : []), box);
  announcer.textContent = words.stopped;
}

function againButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = words.again;
  button.addEventListener("click", () => form.requestSubmit());
  return button;
}

function paragraph(text) {
  const p = document.createElement("p");
  p.textContent = text;
  return p;
}
