// Additions to pages that work without it: arrivals as they come, and buttons that copy.
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
