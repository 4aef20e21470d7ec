// Confirms by itself, once, when the page is visible and a person shows presence. Programs that open links in mails
// run scripts too, but touch nothing. Without this script the button does the same.
(() => {
  const form = document.querySelector("form[data-confirm]");
  if (!form) return;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // the click that showed presence may also have pressed the button
    sent = true;
  });
  // Back from the next page: the button must work again.
  addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });

  // "wheel" and not only "scroll": browsers also send "scroll" when a program moves the page.
  const signs = ["pointerdown", "pointermove", "touchstart", "keydown", "wheel"];
  const present = (event) => {
    if (sent || !event.isTrusted || document.visibilityState !== "visible") return;
    const onLink = event.target instanceof Element && event.target.closest("a");
    if (onLink) return; // on the way to "This wasn't me"
    for (const sign of signs) removeEventListener(sign, present, { capture: true });
    form.requestSubmit();
  };
  for (const sign of signs) addEventListener(sign, present, { capture: true, passive: true });
})();
