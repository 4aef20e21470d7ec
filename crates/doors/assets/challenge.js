// The challenge on a form: works by itself, says so to everybody, and sends the form when it was sent before. Nothing to
// click, nothing to read. Whatever fails here, the form can still be sent by its button.
(() => {
  /*solver*/
  const box = document.querySelector("[data-challenge]");
  const form = box && box.closest("form");
  if (!form) return;
  const status = box.querySelector("[role=status]");
  const tell = (text) => { status.textContent = text; };
  const again = "again" in box.dataset;
  let over = false;
  tell(again ? box.dataset.working : "");
  const work = solve(JSON.parse(box.dataset.challenge)).then((answer) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "altcha", value: answer });
    form.append(input);
    tell(again ? box.dataset.done : "");
  }, () => tell(box.dataset.failed)).then(() => { over = true; });
  form.addEventListener("submit", (event) => {
    if (over) return;
    event.preventDefault();
    tell(box.dataset.working);
    work.then(() => form.submit());
  });
  if (again) work.then(() => { if (form.querySelector("[name=altcha]")) form.submit(); });
})();
