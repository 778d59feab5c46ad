// Uploads with one bar a file, and the state of documents under way.

const form = document.getElementById("upload-form");
const uploads = document.getElementById("uploads");
const POLL_MS = 1500;

if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...form.elements.file.files];
    if (!files.length) return;
    const button = form.querySelector("button");
    button.disabled = true;
    uploads.replaceChildren();
    const outcomes = { queued: 0, duplicate: 0, refused: 0, locked: 0 };
    // One after the other: the appliance reads them one after the other too.
    for (const file of files) outcomes[await send(file)] += 1;
    button.disabled = false;
    form.reset();
    // A refusal stays on the screen with its reason; otherwise the list says what came of it.
    const listed = document.getElementById("documents");
    const taken = outcomes.queued + outcomes.locked;
    if (!outcomes.refused && !outcomes.locked) {
      location.assign(`/documents?added=${outcomes.queued}&duplicate=${outcomes.duplicate}`);
    } else if (taken && !listed) {
      location.assign(`/documents?added=${taken}&duplicate=${outcomes.duplicate}`);
    } else if (taken) {
      await refresh();
      watch();
    }
  });
}

// Files dropped anywhere on the panel are chosen and sent.
const panel = form?.closest(".panel");
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  panel?.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    panel.classList.toggle("dropping", name === "dragenter" || name === "dragover");
    if (name !== "drop") return;
    form.elements.file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

function send(file) {
  const { item, bar, state } = row(file.name);
  if (file.size > Number(form.dataset.maxBytes)) return Promise.resolve(refuse(item, bar, state, form.dataset.tooLarge));
  const data = new FormData();
  data.append("form_token", form.elements.form_token.value);
  data.append("collection", form.elements.collection.value);
  if (form.elements.password?.value) data.append("password", form.elements.password.value);
  data.append("file", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Form-Token", form.elements.form_token.value);
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.onerror = () => resolve(refuse(item, bar, state, form.dataset.lost));
    request.onload = () => {
      if (request.status >= 300) { resolve(refuse(item, bar, state, request.response?.message ?? form.dataset.lost)); return; }
      bar.value = 1;
      // A wrong password: the file is here, and can be opened from the list.
      if (request.response?.[0]?.message) { refuse(item, bar, state, request.response[0].message); resolve("locked"); return; }
      const duplicate = request.response?.[0]?.outcome === "duplicate";
      state.textContent = duplicate ? form.dataset.duplicate : form.dataset.queued;
      item.className = duplicate ? "warn" : "good";
      resolve(duplicate ? "duplicate" : "queued");
    };
    request.send(data);
  });
}

function row(name) {
  const item = document.createElement("li");
  const title = document.createElement("span");
  const bar = document.createElement("progress");
  const state = document.createElement("span");
  title.textContent = name;
  title.className = "upload-name";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  state.className = "upload-state";
  state.textContent = form.dataset.sending;
  item.append(title, bar, state);
  uploads.append(item);
  return { item, bar, state };
}

function refuse(item, bar, state, words) {
  bar.remove();
  state.textContent = words;
  item.className = "bad";
  return "refused";
}

const active = () => [...document.querySelectorAll("#documents tr[data-active]")];

let timer = null;

// Asks again and again while anything is under way; never twice at a time.
function watch() {
  timer ??= setTimeout(async () => {
    await poll();
    timer = null;
    if (active().length) watch();
  }, POLL_MS);
}

async function poll() {
  const rows = active();
  const ids = rows.map((row) => row.dataset.document).join(",");
  const response = await fetch(`/documents/status?ids=${ids}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status === 401) { location.reload(); return; }
  if (response?.ok) {
    const entries = await response.json();
    const seen = new Set(entries.map((entry) => String(entry.id)));
    const state = (entry) => rows.find((row) => row.dataset.document === String(entry.id))?.dataset.state;
    const settled = (entry) => !["queued", "ingesting"].includes(entry.state) && (!entry.progress || state(entry) !== entry.state);
    if (entries.some(settled) || rows.some((row) => !seen.has(row.dataset.document))) {
      // Pages, warnings and the link are known now; the server renders them. Half-filled forms stay.
      await refresh();
    } else {
      entries.forEach(update);
    }
  }
}

function update(entry) {
  const row = document.querySelector(`#documents tr[data-document="${entry.id}"]`);
  const words = row?.querySelector(".state-words");
  if (!words) return;
  row.dataset.state = entry.state;
  // Only a change of state is told to screen readers; figures that run on would drown everything else.
  if (words.textContent !== entry.words) {
    words.textContent = entry.words;
    words.className = `state-words ${entry.tone}`;
  }
  const detail = row.querySelector(".progress-words");
  if (detail) detail.textContent = entry.detail;
  meter(row, words, entry);
}

function meter(row, words, entry) {
  const known = entry.state !== "queued" && entry.progress?.total > 0;
  let bar = row.querySelector(".state progress");
  if (!known) { bar?.remove(); return; }
  if (!bar) {
    bar = document.createElement("progress");
    bar.setAttribute("aria-label", entry.title);
    words.after(bar);
  }
  bar.max = entry.progress.total;
  bar.value = entry.progress.done;
}

// Takes the rows as the server renders them now. A row in which somebody types stays until they are done.
async function refresh() {
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const queue = page.querySelector("#queue");
  if (queue) document.querySelector("#queue").textContent = queue.textContent;
  const shown = document.querySelector("#documents tbody");
  const fresh = page.querySelector("#documents tbody");
  if (!shown || !fresh) return;
  for (const row of fresh.querySelectorAll("tr")) {
    const old = shown.querySelector(`tr[data-document="${row.dataset.document}"]`);
    if (old && busy(old)) row.replaceWith(old);
  }
  shown.replaceChildren(...document.adoptNode(fresh).children);
}

const busy = (row) => row.contains(document.activeElement) || [...row.querySelectorAll("input[type=password]")].some((field) => field.value);

if (active().length) watch();
