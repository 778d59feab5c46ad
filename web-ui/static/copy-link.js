// «Link to this place» copies the link instead of following it; with words selected on a page, the link leads to them.

import { write } from "./clipboard.js";
import { selectedPlace } from "./page-text.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.copy-link");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const place = link.id === "here" ? selectedPlace() : null;
  if (!(await write(new URL(place ?? link.getAttribute("href"), location.origin).href))) { location.assign(link.href); return; }
  const words = link.dataset.words ?? link.innerHTML;
  link.dataset.words = words;
  link.textContent = link.dataset.done;
  link.classList.add("done");
  const told = document.getElementById("told");
  if (told) told.textContent = link.dataset.done;
  setTimeout(() => { link.textContent = ""; link.insertAdjacentHTML("afterbegin", words); link.classList.remove("done"); }, 2000);
});
