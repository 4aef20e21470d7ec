// Additions to pages that work without it: arrivals as they come, buttons that copy, rows that move without a round trip,
// and a preview that follows.
"use strict";
const list = document.getElementById("live");
if (list && "EventSource" in window) {
  const mark = document.getElementById("live-mark");
  const source = new EventSource(list.dataset.from);
  source.addEventListener("open", () => { mark.hidden = false; });
  source.addEventListener("error", () => { mark.hidden = true; });
  source.addEventListener("arrivals", (event) => {
    document.getElementById("nobody")?.remove();
    for (const html of JSON.parse(event.data)) {
      list.insertAdjacentHTML("afterbegin", html);
      list.firstElementChild.classList.add("new");
    }
    while (list.children.length > 12) list.lastElementChild.remove();
  });
  addEventListener("pagehide", () => source.close());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("pre").innerText);
    button.classList.add("copied");
  });
}

const editor = document.getElementById("editor");
const rows = editor?.querySelector("[data-rows]");
if (rows) {
  const said = editor.querySelector("[data-said]");
  const preview = editor.querySelector("[data-preview]");
  let soon;
  const show = () => {
    clearTimeout(soon);
    soon = setTimeout(() => editor.requestSubmit(preview), 500);
  };
  const settle = (row) => {
    const all = [...rows.children];
    for (const one of all) {
      one.querySelector("[data-move=up]").setAttribute("aria-disabled", one === all[0]);
      one.querySelector("[data-move=down]").setAttribute("aria-disabled", one === all.at(-1));
    }
    if (row) said.textContent = `${row.querySelector("strong").innerText}: ${said.dataset.said} ${all.indexOf(row) + 1}`;
    show();
  };
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    // Taking away goes to the server: the field comes back among those that can be added.
    if (!button || button.dataset.move === "off") return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    const up = button.dataset.move === "up";
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    other[up ? "before" : "after"](row);
    button.focus();
    settle(row);
  });
  let dragged;
  rows.classList.add("drags");
  for (const row of rows.children) {
    const grip = row.querySelector(".grip");
    grip.addEventListener("pointerdown", () => { row.draggable = true; });
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      row.classList.add("dragged");
    });
    row.addEventListener("dragend", () => {
      row.draggable = false;
      row.classList.remove("dragged");
      settle(row);
      dragged = undefined;
    });
  }
  rows.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest("[data-row]");
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    over[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
  });
  rows.addEventListener("drop", (event) => event.preventDefault());
  editor.addEventListener("change", (event) => { if (event.target.name !== "size") show(); });
  // What was typed is shown at once where something stands there already, such as after a fault.
  if (!editor.querySelector("iframe[src]")) show();
}
