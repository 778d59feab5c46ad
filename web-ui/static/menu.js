// Menus close by Esc and by a click elsewhere; `script-only` parts appear.

document.querySelectorAll(".script-only").forEach((part) => { part.hidden = false; });

for (const menu of document.querySelectorAll("details.menu, details.menu-like")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open || event.defaultPrevented) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
}
