// Copies an answer with its citations; prints it.

import { write } from "./clipboard.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy, button.print");
  if (!button) return;
  if (button.classList.contains("print")) { print(); return; }
  if (!(await write(text(button.closest(".answer"))))) return;
  const words = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = words; }, 2000);
});

function text(answer) {
  const lines = [...answer.querySelectorAll(".sentence[data-support=supported]")].map((sentence) => {
    const marks = [...sentence.querySelectorAll(".citation")].map((mark) => mark.textContent).join("");
    return sentence.querySelector(".words").textContent + marks;
  });
  const sources = [...document.querySelectorAll("#evidence .sources:not(.others) .source")].map((source) => {
    const part = (selector) => source.querySelector(selector)?.textContent.trim() ?? "";
    return [part(".number"), part(".source-link"), part(".where"), part(".headings")].filter(Boolean).join(" ");
  });
  const notice = answer.querySelector(".ai-notice")?.firstChild.textContent.trim() ?? "";
  return [...lines, "", ...sources, "", notice].join("\n");
}
