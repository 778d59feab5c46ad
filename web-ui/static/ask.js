// Asking without leaving the page: the answer streams beside its sources.

import { composing } from "./composing.js";
import { events, nodes } from "./event-stream.js";
import { Progress } from "./progress.js";
import { Provisional } from "./provisional.js";
import { cause, notice } from "./trouble.js";

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
  if (question.value.trim()) ask(new FormData(form, event.submitter), question.value.trim());
});

stop.addEventListener("click", () => running?.abort());

document.addEventListener("click", (event) => {
  const example = event.target.closest("a.example");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  question.value = example.textContent;
  form.requestSubmit();
});

// Forms under an answer ask too: the next question, or the same one of other sources.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-asks]")) return;
  event.preventDefault();
  const fields = new FormData(event.target, event.submitter);
  const text = String(fields.get("question") ?? "").trim();
  if (text) ask(fields, text);
});

window.addEventListener("popstate", () => location.reload());

async function ask(fields, text) {
  running?.abort();
  const run = new AbortController();
  running = run;
  const again = () => ask(fields, text);
  const progress = begin(text);
  const provisional = new Provisional(answer);
  try {
    const response = await fetch(form.dataset.stream, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "text/event-stream" },
      signal: run.signal,
    });
    if (response.status === 401) { location.assign("/sign-in"); return; }
    if (!response.ok) { fail(await response.json(), again); return; }
    let ended = false;
    for await (const event of events(response)) {
      // What came in the same breath as the wish to stop is not shown any more.
      if (run.signal.aborted) break;
      ended = take(event, { progress, provisional, text, again }) || ended;
    }
    run.signal.throwIfAborted();
    if (!ended) fail({ message: await cause(words) }, again, provisional);
  } catch {
    if (!run.signal.aborted) fail({ message: await cause(words) }, again, provisional);
    else if (running === run) stopped(again, provisional);
  } finally {
    progress.end();
    if (running === run) { running = null; stop.hidden = true; answer.removeAttribute("aria-busy"); }
  }
}

function begin(text) {
  document.getElementById("start")?.setAttribute("hidden", "");
  document.querySelector(".asked")?.remove();
  document.getElementById("jump")?.remove();
  document.getElementById("printed-question").textContent = text;
  question.value = text;
  result.hidden = false;
  stop.hidden = false;
  evidencePanel.hidden = false;
  evidence.replaceChildren();
  document.getElementById("understood")?.replaceChildren();
  document.getElementById("follow-up")?.replaceChildren();
  answer.setAttribute("aria-busy", "true");
  document.dispatchEvent(new CustomEvent("kura:asking"));
  if (matchMedia("(max-width: 60rem)").matches) result.scrollIntoView({ block: "start" });
  return new Progress(words);
}

// Shows one event; true for the last one.
function take({ name, data }, { progress, provisional, text, again }) {
  switch (name) {
    case "stage": progress.stage(data); return false;
    case "sources": evidence.replaceChildren(nodes(data.html)); return false;
    case "token": provisional.write(data.text); return false;
    case "answer": settle(data, progress, text); return true;
    case "jump": jump(data, progress); return true;
    case "failed": fail(data, again); return true;
    default: return false;
  }
}

function settle(data, progress, text) {
  progress.end(words.checked);
  answer.removeAttribute("aria-busy");
  answer.replaceChildren(nodes(data.html));
  answer.querySelector(".answer")?.classList.add("settling");
  evidence.replaceChildren(nodes(data.evidence));
  document.getElementById("understood")?.replaceChildren(nodes(data.understood));
  document.getElementById("follow-up")?.replaceChildren(nodes(data.follow));
  answer.querySelectorAll(".script-only").forEach((part) => { part.hidden = false; });
  announcer.textContent = words.arrived;
  history.pushState(null, "", `/answers/${data.id}`);
  document.title = text;
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

// What was written before it broke off stays, and is said to be unfinished.
function fail({ message, request_id: id }, again, provisional) {
  answer.replaceChildren(...partial(provisional), notice({ message, id, words, tone: "bad", again }));
}

function stopped(again, provisional) {
  answer.replaceChildren(...partial(provisional), notice({ message: words.stopped, words, again }));
  announcer.textContent = words.stopped;
}

function partial(provisional) {
  if (!provisional || provisional.empty) return [];
  const label = document.createElement("p");
  label.className = "partial-label";
  label.textContent = words.partial;
  const text = answer.querySelector(".provisional");
  text.removeAttribute("aria-hidden");
  return [label, text];
}
