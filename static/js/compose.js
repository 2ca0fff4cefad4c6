/* Canned text at the caret, macros, and word to colleagues that somebody writes here: the agent's page of a request, beside desk.js. Everything is a page without it. */
const doc = document;
const $ = (css, from = doc) => from?.querySelector(css);
const $$ = (css, from = doc) => [...from.querySelectorAll(css)];
const on = (types, act, capture) => types.split(" ").forEach((type) => addEventListener(type, act, capture));
const panel = () => $("#canned");
const box = () => $("#reply textarea");
const atCaret = () => $("[data-caret]", panel());
const options = () => $$('[role="option"]', panel());

/* Who opened the panel; its request under way; whether it is still wanted; a key pressed too soon; the ";" left alone. */
let opener, busy, wanted, held, left, chosen = 0;

/* The word before the caret that began with a semicolon (a canned text) or an @ (a colleague). */
function word(area) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const found = start === end && /(?:^|[\s(])([;@])([\p{L}\p{N}'-]*)$/u.exec(value.slice(0, end));
  return found && { start: end - found[2].length - 1, end, sign: found[1], letters: found[2] };
}

function close(back) {
  const area = box(), goal = opener?.isConnected && !opener.matches("[data-canned]") ? opener : area;
  wanted = false;
  held = undefined;
  panel().replaceChildren();
  ["aria-activedescendant", "aria-controls"].forEach((name) => area?.removeAttribute(name));
  if (back) goal?.focus();
}

/* Put in at the caret, in place of the word that asked for it; nothing else is touched, and undo takes it out again. */
function put(text) {
  const area = box(), asked = atCaret() && word(area);
  const [from, to] = asked ? [asked.start, asked.end] : [area.selectionEnd, area.selectionEnd];
  close();
  area.focus();
  area.setSelectionRange(from, to);
  if (doc.execCommand("insertText", false, text)) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function take(pick) {
  if (pick.type === "button") return put(pick.dataset.text);
  const headers = { "X-CSRFToken": $('meta[name="csrf-token"]').content };
  fetch(pick.formAction, { method: "POST", body: new URLSearchParams({ caret: 1 }), headers, keepalive: true }).catch(() => {});
  put(pick.dataset.text);
}

/* The focus stays in the text; which option Enter takes is told by aria-activedescendant. */
function select(n) {
  const all = options();
  if (!all[0]) return;
  chosen = (n + all.length) % all.length;
  all.forEach((option, at) => option.setAttribute("aria-selected", at === chosen));
  all[chosen].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-controls", "picks-list");
  box().setAttribute("aria-activedescendant", all[chosen].id);
}

on("input", ({ target }) => {
  if (target !== box() || !window.htmx || !$("[data-canned]")) return;
  const found = word(target);
  if (!found) left = undefined;
  if (!found || found.start === left) {
    if (atCaret() || busy) close();
    return;
  }
  wanted = true;
  const places = { ";": `${$("[data-canned]").getAttribute("hx-get")}&caret=1&`, "@": `${target.form.dataset.calls}?` };
  window.htmx.ajax("GET", `${places[found.sign]}q=${encodeURIComponent(found.letters)}`, { source: panel(), target: panel() });
});

function inText(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], found = word(event.target);
  if (event.key === "Enter" && busy && found?.letters) held = "Enter";
  else if (!atCaret()) return;
  else if (step) select(chosen + step);
  else if (event.key === "Enter") options()[chosen].click();
  else if (event.key === "Escape") {
    left = found?.start;
    close(true);
  } else return;
  event.preventDefault();
}

function inPanel(event) {
  const { key, target } = event, step = { ArrowDown: 1, ArrowUp: -1 }[key], search = target.matches("#picks-q");
  const stops = [$("#picks-q"), ...$$(".pick", panel())].filter(Boolean);
  const numbered = search && !target.value && $(`[data-n="${key}"]`, panel());
  if (key === "Escape") close(true);
  else if (step && stops.includes(target)) stops.at((stops.indexOf(target) + step) % stops.length).focus();
  else if (busy && (numbered || (search && key === "Enter"))) held = key;
  else if (numbered) numbered.click();
  else if (search && key === "Enter") $(".pick", panel())?.click();
  else return;
  event.preventDefault();
}

on("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !panel()) return;
  if (event.target === box()) inText(event);
  else if (panel().contains(event.target)) inPanel(event);
  else if (event.target.matches("input, select")) return;
  else if (event.key === "Escape" && panel().firstChild) close(true);
  else if (busy && wanted && /^[1-9]$/.test(event.key)) held = event.key;
});
on("mousedown", (event) => {
  if (atCaret()?.contains(event.target)) event.preventDefault();
});
on("focusout", ({ target, relatedTarget }) => {
  if (target === box() && atCaret() && !panel().contains(relatedTarget)) close();
});
on("click", (event) => {
  const pick = event.target.closest("#canned [data-text]"), shut = event.target.closest("#canned [data-close]");
  if (!pick && !shut) return;
  event.preventDefault();
  if (pick) take(pick);
  else close(true);
});

/* htmx asks one thing after the other; what is not wanted any more when it comes is not shown. */
on("htmx:beforeRequest", ({ detail: { elt, target, xhr } }) => {
  if (target !== panel()) return;
  busy = xhr;
  if (elt === panel()) return;
  wanted = true;
  if (!panel().contains(elt)) opener = elt;
});
on("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === panel() && !wanted) detail.shouldSwap = false;
});
on("htmx:afterRequest", ({ detail: { xhr, successful } }) => {
  if (busy === xhr && !(successful && wanted)) busy = undefined;
});
on("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (!elt.matches("[data-change]")) return;
  const { value, selectionEnd } = box(), head = value.slice(0, selectionEnd), tail = value.slice(selectionEnd);
  parameters.head = head && !/\s$/.test(head) ? `${head}\n\n` : head;
  parameters.tail = tail && !/^\s/.test(tail) ? `\n\n${tail}` : tail;
});
on("htmx:afterSwap", ({ detail: { target } }) => {
  if (target === panel() && atCaret()) select(0);
});
on("htmx:afterSettle", ({ detail: { requestConfig, target, xhr } }) => {
  if (requestConfig.elt.matches("[data-change]")) box().focus();
  if (xhr !== busy && target !== panel()) return;
  busy = undefined;
  const key = held, first = key === "Enter" ? $(".pick", panel()) : key && $(`[data-n="${key}"]`, panel());
  held = undefined;
  if (first) first.click();
  else if (key === "Enter" && doc.activeElement === box()) doc.execCommand("insertText", false, "\n");
});

/* Who writes here, or has the box in hand, tells colleagues every 15 seconds while the page is in view. */
let wrote, beaten = 0;
function beat() {
  const area = box(), busyHere = area && (doc.activeElement === area || (wrote && area.value.trim()));
  if (!busyHere || doc.hidden || Date.now() - beaten < 15000) return;
  beaten = Date.now();
  const body = new URLSearchParams({ mode: area.form.matches(".composer--note") ? "note" : "reply" });
  const headers = { "X-CSRFToken": $('meta[name="csrf-token"]').content };
  fetch(area.form.getAttribute("action").replace(/\w+$/, "presence"), { method: "POST", body, headers }).catch(() => {});
}
on("focusin input", ({ target, type }) => {
  if (target !== box()) return;
  if (type === "input") wrote = true;
  beat();
});
setInterval(beat, 5000);

/* Signed out while writing: the words stay in this tab for the same person, of ordinary requests only (docs/adr/0014). */
const own = $("#reply")?.dataset.own, place = () => `unsent:${own}:${$("#reply").action}`;
on("htmx:beforeOnLoad", ({ detail: { xhr } }) => {
  if (own && box()?.value && /^\/sign-in\b/.test(xhr.getResponseHeader("HX-Redirect"))) sessionStorage.setItem(place(), box().value);
});
const unsent = own && sessionStorage.getItem(place());
Object.keys(sessionStorage).filter((key) => key.startsWith("unsent:")).forEach((key) => sessionStorage.removeItem(key));
if (unsent && box()) {
  if (!box().value) box().value = unsent;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}
