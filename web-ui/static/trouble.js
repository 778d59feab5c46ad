// What went wrong, in words, and the way on: asking again.

// Why an answer did not come: no network, no appliance, or a connection that broke off.
export async function cause(words) {
  if (navigator.onLine === false) return words.offline;
  const alive = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(3000) }).then((r) => r.ok, () => false);
  return alive ? words.lost : words.down;
}

export function notice({ message, id, words, tone, again }) {
  const box = document.createElement("div");
  box.className = tone ? `notice ${tone}` : "notice";
  if (tone === "bad") box.setAttribute("role", "alert");
  box.append(paragraph(message));
  if (id) box.append(paragraph(`${words.id} ${id}`));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = words.again;
  button.addEventListener("click", again);
  box.append(button);
  return box;
}

function paragraph(text) {
  const p = document.createElement("p");
  p.textContent = text;
  return p;
}
