// Uploads with one bar a file, and the state of documents under way.

const form = document.getElementById("upload-form");
const uploads = document.getElementById("uploads");
const POLL_MS = 1500;
const MOST_FILES = 5000;
const MOST_FOLLOWED = 100;

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    upload([...form.elements.file.files].map((file) => ({ file, path: "" })));
  });
  const folder = document.getElementById("folder");
  folder.closest("p").hidden = false;
  folder.addEventListener("change", () => upload([...folder.files].map((file) => ({ file, path: file.webkitRelativePath }))));
}

// Files and folders dropped anywhere on the panel are sent.
const panel = form?.closest(".panel");
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  panel?.addEventListener(name, async (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    panel.classList.toggle("dropping", name === "dragenter" || name === "dragover");
    if (name !== "drop") return;
    // The list of entries lives no longer than the event.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files].map((file) => ({ file, path: "" }));
    upload(entries.length ? await dropped(entries) : plain);
  });
}

// All files under what was dropped, with the folders around them.
async function dropped(entries) {
  const found = [];
  const waiting = [...entries];
  while (waiting.length && found.length < MOST_FILES) {
    const entry = waiting.shift();
    if (entry.isFile) {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      if (file) found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      // A folder tells its entries a hundred at a time.
      for (let some = await readSome(reader); some.length; some = await readSome(reader)) waiting.push(...some);
    }
  }
  return found;
}

const readSome = (reader) => new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));

// What a system leaves in folders is nobody's document.
const isLitter = (path) => /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|~\$[^/]*|\._[^/]*)$/.test(path);

async function upload(chosen) {
  const files = chosen.filter(({ file, path }) => !isLitter(path || file.name));
  if (!files.length) return;
  const button = form.querySelector("button[type=submit]");
  const total = document.getElementById("uploads-total");
  const words = (done) => form.dataset.total.replace("{all}", files.length).replace("{done}", done);
  button.disabled = true;
  uploads.replaceChildren();
  const outcomes = { queued: 0, duplicate: 0, refused: 0, locked: 0 };
  // One after the other: the appliance reads them one after the other too.
  for (const [done, one] of files.entries()) {
    total.textContent = words(done);
    for (const outcome of await send(one)) outcomes[outcome] += 1;
    if (done % 20 === 19) await refresh();
  }
  total.textContent = words(files.length) + (outcomes.refused ? ` · ${form.dataset.refused.replace("{count}", outcomes.refused)}` : "");
  button.disabled = false;
  form.reset();
  // What came of it stays on the screen, each file with its progress; the list below takes them up.
  await refresh();
  watch();
}

// Sends one file. Resolves to what became of it, or of each file in it.
function send({ file, path }) {
  const shown = row(path || file.name);
  if (file.size > Number(form.dataset.maxBytes)) return Promise.resolve([refuse(shown, form.dataset.tooLarge)]);
  const data = new FormData();
  data.append("form_token", form.elements.form_token.value);
  for (const name of ["collection", "password", "from", "until", "encoding"]) {
    if (form.elements[name]?.value) data.append(name, form.elements[name].value);
  }
  if (path) data.append("path", path);
  data.append("file", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Form-Token", form.elements.form_token.value);
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) shown.bar.value = event.loaded / event.total; };
    request.upload.onload = () => {
      shown.bar.value = 1;
      if (/\.zip$/i.test(file.name)) shown.state.textContent = form.dataset.unpacking;
    };
    request.onerror = () => resolve([refuse(shown, form.dataset.lost)]);
    request.onload = () => {
      if (request.status >= 300) resolve([refuse(shown, request.response?.message ?? form.dataset.lost)]);
      else resolve(taken(shown, request.response ?? []));
    };
    request.send(data);
  });
}

// Shows what became of a file, or of those in a bundle.
function taken(shown, answers) {
  const kinds = answers.map((a) => (a.outcome === "refused" ? "refused" : a.message ? "locked" : a.outcome));
  shown.item.dataset.documents = answers.filter((a) => a.outcome === "queued").map((a) => a.document).join(",");
  const notes = answers.filter((a) => a.message);
  if (answers.length === 1 && !notes.length) {
    const duplicate = kinds[0] === "duplicate";
    shown.state.textContent = duplicate ? form.dataset.duplicate : form.dataset.queued;
    shown.item.className = duplicate ? "warn" : "good";
  } else if (answers.length === 1) {
    // A wrong password: the file is here, and can be opened from the list.
    refuse(shown, notes[0].message);
  } else {
    shown.bar.remove();
    shown.state.textContent = form.dataset.bundle.replace("{added}", kinds.filter((k) => k === "queued").length);
    shown.item.className = notes.length ? "warn" : "good";
    if (notes.length) {
      const list = document.createElement("ul");
      list.className = "upload-notes";
      for (const note of notes) {
        const line = document.createElement("li");
        line.textContent = `${note.name}: ${note.message}`;
        list.append(line);
      }
      shown.item.append(list);
    }
  }
  return kinds;
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

function refuse({ item, bar, state }, words) {
  bar.remove();
  state.textContent = words;
  item.className = "bad";
  return "refused";
}

const active = () => [...document.querySelectorAll("#documents tr[data-active]")];

// The lines of what was sent just now whose one document is still under way.
const following = () => [...document.querySelectorAll("#uploads li[data-documents]:not(.bad)")].filter((li) => /^\d+$/.test(li.dataset.documents));

let timer = null;

// Asks again and again while anything is under way; never twice at a time.
function watch() {
  timer ??= setTimeout(async () => {
    await poll();
    timer = null;
    if (active().length || following().length) watch();
  }, POLL_MS);
}

async function poll() {
  const rows = active();
  const lines = following().slice(0, MOST_FOLLOWED);
  const ids = [...new Set([...rows.map((row) => row.dataset.document), ...lines.map((li) => li.dataset.documents)])];
  if (!ids.length) return;
  const response = await fetch(`/documents/status?ids=${ids.join(",")}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status === 401) { location.reload(); return; }
  if (!response?.ok) return;
  const entries = await response.json();
  const known = new Map(entries.map((entry) => [String(entry.id), entry]));
  lines.forEach((li) => follow(li, known.get(li.dataset.documents)));
  const settled = rows.some((row) => {
    const entry = known.get(row.dataset.document);
    return !entry || (!["queued", "ingesting"].includes(entry.state) && (!entry.progress || row.dataset.state !== entry.state));
  });
  // Pages, warnings and the link are known now; the server renders them. Half-filled forms stay.
  if (settled) await refresh();
  else entries.forEach(update);
}

// Carries a line on from sending to reading, in the same bar.
function follow(li, entry) {
  const [bar, state] = [li.querySelector("progress"), li.querySelector(".upload-state")];
  if (!entry || (!["queued", "ingesting"].includes(entry.state) && !entry.progress)) {
    delete li.dataset.documents;
    bar?.remove();
    if (entry) state.textContent = [entry.words, entry.failure_words?.[0]].filter(Boolean).join(" ");
    li.className = { searchable: "good", held: "warn" }[entry?.state] ?? "bad";
    return;
  }
  state.textContent = [entry.words, entry.detail].filter(Boolean).join(" ");
  li.className = "";
  const under = entry.state !== "queued" && entry.progress?.total > 0;
  bar.max = under ? entry.progress.total : 1;
  bar.value = under ? entry.progress.done : 0;
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

// Takes the list as the server renders it now. A row in which somebody types stays until they are done, and so do ticks.
async function refresh() {
  const response = await fetch(location.pathname + location.search).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of ["queue", "library-count"]) {
    const [told, now] = [document.getElementById(id), page.getElementById(id)];
    if (told && now) told.textContent = now.textContent;
  }
  const shown = document.querySelector("#documents tbody");
  const fresh = page.querySelector("#documents tbody");
  if (!fresh) return;
  if (!shown) {
    // The first documents of an empty library bring the table with them.
    document.querySelector("#library").replaceWith(document.adoptNode(page.querySelector("#library")));
    choose();
    return;
  }
  const ticked = new Set([...shown.querySelectorAll(".pick-one :checked")].map((box) => box.value));
  for (const row of fresh.querySelectorAll("tr")) {
    const old = shown.querySelector(`tr[data-document="${row.dataset.document}"]`);
    if (old && busy(old)) row.replaceWith(old);
    const box = row.querySelector(".pick-one input");
    if (box) box.checked = ticked.has(box.value);
  }
  shown.replaceChildren(...document.adoptNode(fresh).children);
  count();
}

const busy = (row) => row.contains(document.activeElement) || [...row.querySelectorAll("input[type=password]")].some((field) => field.value);

// Rows that are ticked: how many, and all of them at once.

const boxes = () => [...document.querySelectorAll("#documents tbody .pick-one input")];

function count() {
  const told = document.getElementById("selection-count");
  if (!told) return;
  told.dataset.none ??= told.textContent;
  const many = boxes().filter((box) => box.checked).length;
  told.textContent = many ? told.dataset.words.replace("{count}", many) : told.dataset.none;
  const all = document.querySelector("#documents thead input");
  if (all) {
    all.checked = many > 0 && many === boxes().length;
    all.indeterminate = many > 0 && many < boxes().length;
  }
}

function choose() {
  const table = document.getElementById("documents");
  const head = table?.querySelector("thead .pick");
  if (!head || head.querySelector("input")) return;
  const label = document.createElement("label");
  const all = document.createElement("input");
  label.className = "pick-one";
  all.type = "checkbox";
  all.setAttribute("aria-label", document.getElementById("selection-count").dataset.all);
  label.append(all);
  head.append(label);
  all.addEventListener("change", () => { boxes().forEach((box) => { box.checked = all.checked; }); count(); });
  table.addEventListener("change", count);
  count();
}

choose();
if (active().length) watch();
