/* What pages do beyond links and forms. All works without. */
const doc = document;
const $ = (css, from = doc) => from.querySelector(css);
const $$ = (css, from = doc) => [...from.querySelectorAll(css)];
const on = (types, act, capture) => types.split(" ").forEach((type) => addEventListener(type, act, capture));
const byId = (id) => doc.getElementById(id);
const token = () => $('meta[name="csrf-token"]').content;
const clock = () => new Date().toTimeString().slice(0, 5);
const typed = 'textarea, select, input:not([type="checkbox"], [type="radio"])';

/* One polite voice; loud words are a toast, too. */
let hush;
function say(words, loud) {
  const status = byId("status");
  clearTimeout(hush);
  status.className = loud ? "toast" : "vh";
  status.textContent = words;
  if (loud) hush = setTimeout(say, 12000, "");
}

/* [data-due]: "by 11:00" becomes "12 min left". */
function span(minutes) {
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 720) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return minutes < 2160 ? "1 day" : `${Math.round(minutes / 1440)} days`;
}
function raise(pill, state, icon) {
  pill.className = `sla sla--${state}`;
  $("svg", pill).outerHTML = `<svg class="ico" aria-hidden="true"><use href="#i-${icon}"/></svg>`;
}
function count() {
  for (const pill of $$("[data-due]")) {
    const left = new Date(pill.dataset.due) - Date.now(), minutes = Math.ceil(left / 6e4);
    if (left < 0) raise(pill, "over", "oct");
    else if (minutes < 60) raise(pill, "soon", "tri");
    pill.lastChild.nodeValue = left >= 0 ? `${span(minutes)} left` : minutes ? `${span(-minutes)} over` : "just over";
  }
}
setInterval(count, 20000);

/* [data-poll] hears "desk:poll" every 30 s, hidden 120 s, offline never. */
let polled = Date.now();
const polls = (el) => el.matches("[data-poll]");
function poll() {
  if (!navigator.onLine || Date.now() - polled < (doc.hidden ? 12e4 : 3e4)) return;
  polled = Date.now();
  $$("[data-poll]").forEach((el) => el.dispatchEvent(new Event("desk:poll")));
}
setInterval(poll, 5000);
on("online", poll);
on("offline", () => say("No connection, trying again", true));

/* [data-shown-when="slug=a|b"] goes with these answers; data-off hides it. */
function reveal() {
  for (const part of $$("[data-shown-when]")) {
    const [slug, values] = part.dataset.shownWhen.split("=");
    const right = (el) => values.split("|").includes(el.value) && (el.checked || el.matches(typed)) && !el.closest("[data-off]");
    part.toggleAttribute("data-off", !$$(`[name="${slug}"]`, part.closest("form")).some(right));
  }
}

/* form[data-draft=URL] is saved two seconds after the last key and when the page is left; [data-saved] tells. */
const drafts = new Map();
function forget(form) {
  clearTimeout(drafts.get(form));
  drafts.delete(form);
}
async function save(form, keepalive) {
  forget(form);
  const body = new FormData(form);
  $$('[type="file"], [name="form_key"]', form).forEach((el) => body.delete(el.name));
  const headers = { "X-CSRFToken": token() }, method = "POST";
  const { ok } = await fetch(form.dataset.draft, { method, body, headers, keepalive }).catch(() => ({}));
  $("[data-saved]", form).textContent = ok ? `Draft saved ${clock()}` : "Not saved yet";
}
on("input", ({ target }) => {
  const form = target.closest("form[data-draft]"), id = $("[data-picked]", target.parentNode);
  if (id) id.value = "";
  if (!form) return;
  forget(form);
  drafts.set(form, setTimeout(save, 2000, form));
});
on("pagehide", () => [...drafts.keys()].forEach((form) => save(form, true)));

/* A form is sent once: its buttons rest until the answer, or ten seconds. */
function rest(form, now) {
  $$('button:not([type="button"])', form).forEach((button) => { button.disabled = now; });
  if (!now) delete form.dataset.sent;
}
on("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "1";
  forget(form);
  setTimeout(rest, 0, form, true);
  setTimeout(() => {
    if (!form.isConnected || !form.dataset.sent) return;
    rest(form);
    say("Still working. Try again: nothing is sent twice.", true);
  }, 10000);
}, true);
on("pageshow", () => $$("form[data-sent]").forEach((form) => rest(form)));

/* htmx: the token, data-ask="q" to name a query, slow and failed requests, where the focus goes. */
on("htmx:configRequest", ({ detail: { elt, headers, parameters } }) => {
  headers["X-CSRFToken"] = token();
  if (!elt.dataset.ask) return;
  delete parameters[elt.name];
  parameters[elt.dataset.ask] = elt.value;
});
on("htmx:beforeRequest", ({ detail: { elt, target, xhr } }) => {
  if (!polls(elt)) xhr.slow = setTimeout(() => { target.ariaBusy = "true"; say("Loading"); }, 400);
});
on("htmx:afterRequest", ({ detail: { elt, target, xhr } }) => {
  clearTimeout(xhr.slow);
  if (byId("status").textContent === "Loading") say(""); // not what went wrong
  target.ariaBusy = null;
  if (elt.matches("form")) rest(elt);
});
on("htmx:sendError htmx:responseError", ({ detail: { elt } }) => {
  if (!polls(elt)) say("That did not work. Nothing is lost; try again.", true);
});
on("htmx:afterSettle", ({ detail: { elt, xhr, requestConfig } }) => {
  fit(elt);
  if (polls(requestConfig.elt)) return;
  const goal = xhr.status > 399 ? $('.error-summary, [role="alert"]') : $("[data-focus]", elt);
  if (goal) goal.tabIndex = -1;
  goal?.focus();
});
on("desk:say", ({ detail }) => say(detail.value, true));

/* After loading and each swap. [data-say] is read out. */
function fit(part) {
  count();
  reveal();
  $$("[data-peek]", part).forEach((button) => { button.hidden = false; });
  $$("[data-say]", part).forEach((el) => setTimeout(say, 100, el.textContent));
  move(byId(cursor));
}

/* Files: drop them on .drop; [data-chosen] lists them. */
function list(input) {
  $("[data-chosen]", input.closest(".field, form")).replaceChildren(...[...input.files].map((file) => {
    const row = doc.createElement("li");
    row.textContent = `${file.name}, ${Math.ceil(file.size / 1e3)} kB`;
    return row;
  }));
}
on("change", reveal);
on("change", ({ target }) => target.type === "file" && list(target));
on("dragover dragleave drop", (event) => {
  const box = event.target.closest(".drop");
  if (!box) return;
  event.preventDefault();
  box.classList.toggle("is-over", event.type === "dragover");
  if (event.type !== "drop") return;
  $("input", box).files = event.dataTransfer.files;
  list($("input", box));
});

/* [data-pick=id] takes a suggestion, [data-peek=id] shows a password, [data-add-row] and [data-drop-row] change lines. */
function lines(button) {
  const all = $$("[data-row]", button.closest("fieldset")), mine = button.closest("[data-row]"), row = all.at(-1).cloneNode(true);
  $$("input", row).forEach((el) => { el.value = el.id = ""; });
  if (!mine || !all[1]) all.at(-1).after(row);
  const next = mine?.nextElementSibling ?? mine?.previousElementSibling ?? row;
  mine?.remove();
  $("input", next).focus();
}
on("click", (event) => {
  const button = event.target.closest("[data-pick], [data-peek], [data-add-row], [data-drop-row]");
  $$(".menu[open]").forEach((menu) => { menu.open = menu.contains(event.target); });
  if (!button) return;
  event.preventDefault();
  const { pick, peek } = button.dataset, combo = button.closest(".combo"), box = combo ? $(".input", combo) : byId(peek);
  if (pick) {
    box.value = button.textContent.trim();
    $("[data-picked]", combo).value = pick;
    box.focus();
    $(".sugg-pop", combo).replaceChildren();
  } else if (peek) {
    button.ariaPressed = box.type === "password";
    box.type = box.type === "password" ? "text" : "password";
  } else lines(button);
});

/* Keys. data-key on a link, button or field is the letter that presses it; data-go the letter after G. */
let cursor = (byId(location.hash.slice(1))?.closest(".row") ?? $(".row.is-cursor"))?.id, gone = 0;
function move(row) {
  if (!row) return;
  $$(".is-cursor").forEach((el) => el.classList.remove("is-cursor"));
  row.classList.add("is-cursor");
  cursor = row.id;
}
function act(key) {
  const all = $$(".row"), row = byId(cursor), link = row && $("a", row);
  const mine = (el) => [row, null].includes(el.closest(".row")) && el.getClientRects()[0];
  const named = $$(`[data-key="${key}"]`).find(mine);
  if (key === "?") location.assign($('[rel="help"]').href);
  else if (all[0] && "jk".includes(key)) {
    move(all[all.indexOf(row) + (key === "j" ? 1 : -1)]);
    byId(cursor)?.querySelector("a").focus();
  } else if (named) named.matches(typed) ? named.focus() : named.click();
  else if (link && "ro".includes(key)) {
    const url = new URL(link.href);
    url.searchParams.set("mode", key === "o" ? "note" : "reply");
    url.hash = "reply";
    location.assign(url);
  } else return false;
  return true;
}
on("keydown", (event) => {
  const { target, key } = event, combo = target.closest(".combo"), step = { ArrowDown: 1, ArrowUp: -1 }[key];
  const held = event.ctrlKey || event.metaKey;
  if (combo && step) {
    const stops = $$(".input, a, [data-pick]", combo);
    event.preventDefault();
    stops.at((stops.indexOf(target) + step) % stops.length).focus();
  }
  if (held && key === "Enter" && target.form) $$(".btn--primary, .btn--note", target.form).at(-1)?.click();
  if (held || event.altKey || $('[data-keys="off"]') || target.closest(typed) || !/^[a-z/?]$/.test(key)) return;
  const soon = Date.now() - gone < 1500 && $(`[data-go="${key}"]`);
  gone = key === "g" ? Date.now() : 0;
  if (soon ? !soon.click() : act(key)) event.preventDefault();
});

fit(doc);
