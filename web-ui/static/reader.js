// Keys for the reader: ← and → turn pages. The cited place is brought into view inside wide tables too.

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, .table-frame")) return;
  const turn = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = turn && document.querySelector(`.place-bar a[rel=${turn}]`);
  if (link) location.assign(link.href);
});

const cited = document.getElementById("cited");
if (cited && location.hash === "#cited") {
  const show = () => cited.scrollIntoView({ block: "center", inline: "center" });
  show();
  document.querySelector("img.page")?.addEventListener("load", show, { once: true });
}
