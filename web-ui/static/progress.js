// The steps of an answer with their seconds, ticking. Nothing here moves what stands below: the line keeps its height.

const list = document.getElementById("stages");
const slow = document.getElementById("slow");
const announcer = document.getElementById("announcer");
// Seconds of one step after which a person is told that it takes long.
const PATIENCE = 20;

export class Progress {
  #words;
  #current = null;
  #timer = setInterval(() => this.#tick(), 200);

  constructor(words) {
    this.#words = words;
    list.hidden = false;
    list.replaceChildren();
    slow.textContent = "";
  }

  stage({ stage, label, before }) {
    this.#finish(before);
    // What was found and what was chosen of it is one line: how many of how many.
    if (stage === "writing") [...list.children].slice(0, -1).forEach((item) => item.remove());
    const item = document.createElement("li");
    const seconds = document.createElement("span");
    seconds.className = "seconds";
    item.append(label, " ", seconds);
    list.append(item);
    this.#current = { item, seconds, since: performance.now(), told: false };
    announcer.textContent = label;
  }

  end(words = "") {
    clearInterval(this.#timer);
    this.#finish(words);
    slow.textContent = "";
  }

  #finish(words) {
    if (!this.#current) return;
    this.#tick();
    this.#current.item.classList.add("done");
    if (words) this.#current.item.firstChild.textContent = words;
    this.#current = null;
  }

  #tick() {
    if (!this.#current) return;
    const elapsed = (performance.now() - this.#current.since) / 1000;
    this.#current.seconds.textContent = this.#words.seconds.replace("{n}", elapsed.toFixed(1));
    if (elapsed < PATIENCE || this.#current.told) return;
    this.#current.told = true;
    slow.textContent = this.#words.slow;
  }
}
