// Sends what a person says of an answer without leaving the page.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".feedback-form")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } })
    .then((response) => response.json(), () => null);
  // What did not arrive is sent the plain way, whose page says what became of it.
  if (!sent?.message) { form.submit(); return; }
  const said = document.createElement("p");
  said.className = "notice";
  said.setAttribute("role", "status");
  said.tabIndex = -1;
  said.textContent = sent.message;
  form.replaceWith(said);
  said.focus({ preventScroll: true });
});
