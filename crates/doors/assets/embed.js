// <vestibule-form client="demo" form="12ABCDE3">: a sign-up form in a shadow root, drawn from the JSON description.
//
// Attributes: client, form; language (else the browser's); host (else where this script came from); source.
// Style it with the custom properties --vestibule-accent, -on-accent, -ink, -soft, -line, -bad, -radius, -font, and the
// parts form, title, field, label, input, hint, error, summary, statement, button, message.
// Events, both bubbling: vestibule:submitted {status, message, redirect}; vestibule:error {status, problem}.
// Cancel vestibule:submitted to stay on the page. Children of the element show until the form is there, and when it
// cannot be had: put a link to the hosted form there.
(() => {
  /*solver*/

  const here = document.currentScript ? new URL(document.currentScript.src).origin : location.origin;

  const css = `
    :host { display: block; --a: var(--vestibule-accent, var(--vestibule-brand, #7b2442)); --o: var(--vestibule-on-accent, #fff);
      --i: var(--vestibule-ink, currentColor); --s: var(--vestibule-soft, currentColor); --l: var(--vestibule-line, #857b71);
      --b: var(--vestibule-bad, #a3161c); --r: var(--vestibule-radius, .4rem);
      font: var(--vestibule-font, inherit); color: var(--i); line-height: 1.5; overflow-wrap: anywhere; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    h2, h3 { margin: 0 0 .75rem; line-height: 1.25; }
    p { margin: 0 0 .5rem; }
    .hint { font-size: .9em; color: var(--s); }
    .field { margin: 0 0 1.2rem; padding: 0; border: 0; min-width: 0; }
    label, legend { display: block; padding: 0; margin: 0 0 .25rem; font-weight: 600; }
    input, select, textarea, button { font: inherit; color: inherit; }
    input:not([type=checkbox], [type=radio]), select, textarea { display: block; width: 100%; min-height: 2.75rem;
      padding: .5rem .7rem; background: transparent; border: 1px solid var(--l); border-radius: var(--r); }
    select option { color: CanvasText; background: Canvas; }
    .tick { display: grid; grid-template-columns: auto 1fr; column-gap: .7rem; padding: .35rem 0; }
    .tick input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--a); }
    .tick label { margin: 0; font-weight: 400; }
    .tick .hint { grid-column: 2; }
    .error, .mark { color: var(--b); }
    .error { font-weight: 600; }
    .bad input, .bad select, .bad textarea { border: 2px solid var(--b); }
    .summary { margin: 0 0 1.2rem; padding: .8rem 1rem; border: 2px solid var(--b); border-radius: var(--r); }
    .summary ul { margin: .25rem 0 0; padding-inline-start: 1.2rem; }
    a { color: inherit; }
    button { min-height: 2.75rem; padding: .55rem 1.4rem; font-weight: 650; cursor: pointer; color: var(--o);
      background: var(--a); border: 2px solid var(--a); border-radius: var(--r); }
    button[aria-disabled=true] { opacity: .6; cursor: progress; }
    :focus-visible, .summary:focus, .message:focus { outline: 3px solid var(--a); outline-offset: 2px; }
    .honey { position: absolute; inset-inline-start: -200vw; width: 1px; height: 1px; overflow: hidden; }
    .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (forced-colors: active) { button { border: 2px solid ButtonText; } }`;
  let sheet;

  // el("p", {class: "hint", id: "x"}, "text", child, …); values that are null or false are left out.
  const el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const web = (url) => /^https?:\/\//i.test(url || "") ? url : null;

  class VestibuleForm extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      if (!sheet) {
        sheet = new CSSStyleSheet(); // constructed, so that a strict style-src of the page does not matter
        sheet.replaceSync(css);
      }
      root.adoptedStyleSheets = [sheet];
      root.append(el("slot"));
      this.load();
    }

    get address() {
      const part = (name) => encodeURIComponent(this.getAttribute(name) || "");
      const host = web(this.getAttribute("host")) || here;
      return `${host.replace(/\/+$/, "")}/${part("client")}/forms/${part("form")}`;
    }

    async load() {
      const language = this.getAttribute("language");
      const query = language ? `?language=${encodeURIComponent(language)}` : "";
      try {
        const answer = await fetch(this.address + query, { headers: { accept: "application/json" }, credentials: "omit" });
        const body = await answer.json();
        if (!answer.ok) return this.tell("error", { status: answer.status, problem: body });
        this.draw(body);
      } catch (error) {
        this.tell("error", { status: 0, problem: { title: String(error) } });
      }
    }

    draw(form) {
      this.description = form;
      this.lang = form.language;
      this.dir = form.dir;
      if (form.accent) this.style.setProperty("--vestibule-brand", form.accent);
      const { texts } = form;
      const statements = form.statements.length
        ? el("section", { "aria-labelledby": "statements" },
          el("h3", { id: "statements" }, texts.statements),
          ...form.statements.map((statement) => this.statement(statement)),
          web(form.privacy_url) && el("p", null,
            el("a", { href: form.privacy_url, target: "_blank", rel: "noopener" }, texts.privacy)))
        : null;
      this.form = el("form", { part: "form", novalidate: true, "aria-labelledby": "title" },
        el("h2", { id: "title", part: "title" }, form.name),
        el("div", { id: "summary" }),
        el("p", { class: "hint", part: "hint" }, texts.required_note),
        ...form.fields.map((control) => this.control(control)),
        form.lists && this.control(form.lists),
        statements,
        form.honeypot ? el("div", { class: "honey", "aria-hidden": "true" },
          el("label", { for: "hp" }, texts.honeypot),
          el("input", { id: "hp", name: form.honeypot, tabindex: "-1", autocomplete: "off" })) : null,
        el("button", { part: "button" }, texts.submit));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.send();
      });
      this.shadowRoot.replaceChildren(this.form);
    }

    control(c) {
      const id = `f-${c.name}`;
      const hint = c.hint ? el("p", { class: "hint", part: "hint", id: `h-${c.name}` }, c.hint) : null;
      const error = el("p", { class: "error", part: "error", id: `e-${c.name}`, hidden: true });
      const mark = c.required ? el("span", { class: "mark", "aria-hidden": "true" }, " *") : null;
      const shared = { id, name: c.name, part: "input", required: c.required && c.kind !== "radios",
        "aria-describedby": hint ? hint.id : null, "data-hint": hint ? hint.id : null };
      const options = c.options || [];
      if (c.kind === "check_box") {
        return el("div", { class: "field", part: "field", "data-name": c.name },
          el("div", { class: "tick" }, el("input", { ...shared, type: "checkbox", value: "true" }),
            el("label", { for: id, part: "label" }, c.label)), error, hint);
      }
      if (c.kind === "check_boxes" || c.kind === "radios") {
        const type = c.kind === "radios" ? "radio" : "checkbox";
        return el("fieldset", { class: "field", part: "field", "data-name": c.name, "aria-describedby": hint && hint.id,
          "data-hint": hint && hint.id },
          el("legend", { part: "label" }, c.label, mark), error, hint,
          ...options.map((option, at) => {
            const own = at ? `${id}-${at}` : id;
            const note = option.hint ? el("p", { class: "hint", part: "hint", id: `${own}-h` }, option.hint) : null;
            return el("div", { class: "tick" },
              el("input", { type, id: own, name: c.name, value: option.value, "aria-describedby": note && note.id }),
              el("label", { for: own }, option.label), note);
          }));
      }
      let input;
      if (c.kind === "text_area") input = el("textarea", { ...shared, rows: 4, maxlength: c.max_length });
      else if (c.kind === "select") {
        input = el("select", shared, el("option", { value: "" }, this.description.texts.choose),
          ...options.map((option) => el("option", { value: option.value }, option.label)));
      } else {
        input = el("input", { ...shared, type: c.type, autocomplete: c.autocomplete, maxlength: c.max_length,
          step: c.step, dir: c.type === "email" || c.type === "tel" ? "ltr" : null });
      }
      return el("div", { class: "field", part: "field", "data-name": c.name },
        el("label", { for: id, part: "label" }, c.label, mark), error, hint, input);
    }

    statement(s) {
      const { texts } = this.description;
      const id = `f-${s.name}`;
      const tick = (type, own, value, label, described, lang) => el("div", { class: "tick" },
        el("input", { type, id: own, name: s.name, value, "aria-describedby": described }),
        el("label", { for: own, lang }, label));
      const lang = s.language || null;
      return el("fieldset", { class: "field", part: "field statement", "data-name": s.name },
        el("legend", { part: "label" }, s.channel_label),
        el("p", { class: "error", part: "error", id: `e-${s.name}`, hidden: true }),
        ...(s.pair
          ? [el("p", { id: `w-${s.name}`, lang }, s.text),
            tick("radio", id, "yes", texts.yes, `w-${s.name} h-${s.name}`),
            tick("radio", `${id}-no`, "no", texts.no, `w-${s.name} h-${s.name}`)]
          : [tick("checkbox", id, "yes", s.text, `h-${s.name}`, lang)]),
        el("p", { class: "hint", part: "hint", id: `h-${s.name}` }, s.basis_text));
    }

    // What is filled in, where the page was, and what the description asked to send back.
    body() {
      const body = { ...this.description.hidden, page: location.href, referrer: document.referrer };
      for (const [name, value] of new URLSearchParams(location.search)) {
        if (name.startsWith("utm_")) body[name] = value;
      }
      if (this.getAttribute("source")) body.source = this.getAttribute("source");
      for (const [name, value] of new FormData(this.form)) {
        body[name] = name in body && Array.isArray(body[name]) ? [...body[name], value] : [value];
      }
      for (const name of Object.keys(body)) {
        if (Array.isArray(body[name]) && body[name].length === 1) [body[name]] = body[name];
      }
      return body;
    }

    async send() {
      const button = this.form.querySelector("button");
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      try {
        let [answer, body] = await this.post({});
        // Asked for work, the same call with the answer passes. What cannot be solved here must not end here: the mark
        // says that nothing more can be asked.
        if (answer.status === 403 && body.challenge) {
          const status = el("p", { class: "hint", part: "hint", role: "status" });
          this.form.append(status);
          status.textContent = this.description.texts.checking;
          const solved = await this.solved(body.challenge).then((altcha) => ({ altcha }), () => ({ challenged: "work" }));
          [answer, body] = await this.post(solved);
          status.remove();
        }
        if (answer.ok) this.done(body);
        else this.fault(answer.status, body);
      } catch (error) {
        this.fault(0, { title: this.description.texts.try_again, detail: String(error) });
      } finally {
        button.removeAttribute("aria-disabled");
      }
    }

    async post(more) {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        credentials: "omit",
        body: JSON.stringify({ ...this.body(), ...more }),
      });
      return [answer, await answer.json()];
    }

    async solved(offer) {
      const answer = await fetch(new URL(offer.url, this.address), { credentials: "omit" });
      return solve(await answer.json());
    }

    done(body) {
      const stay = !this.tell("submitted", { status: body.status, message: body.message, redirect: body.redirect });
      const message = el("div", { class: "message", part: "message", role: "status", tabindex: "-1" },
        ...(body.message || "").split(/\n\s*\n/).map((paragraph) => el("p", null, paragraph)));
      this.shadowRoot.replaceChildren(message);
      message.focus();
      if (!stay && web(body.redirect)) location.assign(body.redirect);
    }

    fault(status, problem) {
      const { texts } = this.description;
      const errors = problem.errors || [];
      const wrong = new Map(errors.map((error) => [error.field, error.message]));
      for (const field of this.form.querySelectorAll("[data-name]")) {
        const message = wrong.get(field.dataset.name);
        const line = field.querySelector(".error");
        line.textContent = message || "";
        line.hidden = !message;
        field.classList.toggle("bad", Boolean(message));
        const owner = field.matches("fieldset") ? field : field.querySelector("input, select, textarea");
        const ids = [message && line.id, owner.dataset.hint].filter(Boolean).join(" ");
        if (ids) owner.setAttribute("aria-describedby", ids);
        else owner.removeAttribute("aria-describedby");
        if (owner !== field) owner.setAttribute("aria-invalid", Boolean(message));
      }
      const entry = (error) => {
        const input = error.field && this.shadowRoot.getElementById(`f-${error.field}`);
        if (!input) return el("li", null, error.message);
        const link = el("a", { href: `#f-${error.field}` }, error.message);
        link.addEventListener("click", (event) => {
          event.preventDefault(); // an anchor does not reach into a shadow root
          input.focus();
        });
        return el("li", null, link);
      };
      const title = errors.length === 1 ? texts.faults_one : problem.title || texts.faults;
      const summary = el("div", { class: "summary", part: "summary", role: "alert", tabindex: "-1" },
        el("strong", null, title),
        errors.length ? el("ul", null, ...errors.map(entry)) : problem.detail && el("p", null, problem.detail));
      this.shadowRoot.getElementById("summary").replaceChildren(summary);
      summary.focus();
      this.tell("error", { status, problem });
    }

    // Returns false when a listener cancelled it.
    tell(what, detail) {
      return this.dispatchEvent(new CustomEvent(`vestibule:${what}`, { bubbles: true, composed: true, cancelable: true, detail }));
    }
  }

  if (!customElements.get("vestibule-form")) customElements.define("vestibule-form", VestibuleForm);
})();
