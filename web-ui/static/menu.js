// The menu closes by Esc and by a click elsewhere; `script-only` parts appear.

document.querySelectorAll(".script-only").forEach((part) => { part.hidden = false; });

const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
}
