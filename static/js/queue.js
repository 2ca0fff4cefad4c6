/* What the list of requests does beyond links and forms: how fresh it is, selecting many. All works without. */
const byId = (id) => document.getElementById(id);
const boxes = () => [...document.querySelectorAll('.row [name="ids"]')];

/* #updated tells how fresh the list is: the last answer to #poll, and after two failures, or offline, since when there is none. */
let failed = 0, fresh = byId("updated").textContent.replace("Updated ", "");
function stamp() {
  const stale = failed > 1 || !navigator.onLine, words = `${stale ? "Not updating since" : "Updated"} ${stale ? fresh.slice(0, 5) : fresh}`;
  if (byId("updated").textContent !== words) byId("updated").textContent = words;
  byId("updated").classList.toggle("is-stale", stale);
}
addEventListener("htmx:afterRequest", ({ detail: { requestConfig, successful } }) => {
  if (requestConfig?.elt.id !== "poll") return; // detail.elt is its parent where the answer has replaced it
  failed = successful ? 0 : failed + 1;
  if (successful) fresh = new Date().toTimeString().slice(0, 8);
  stamp();
});
addEventListener("offline", stamp);
addEventListener("online", stamp);

/* X selects the row of the cursor, #all every row shown; with Shift, X or a click selects from the last one touched to this one. */
let last;
function range(to, checked) {
  const all = boxes(), ends = [all.indexOf(byId(last)?.querySelector('[name="ids"]')), all.indexOf(to)].sort((a, b) => a - b);
  all.slice(Math.max(ends[0], 0), ends[1] + 1).forEach((box) => { box.checked = checked; });
}
function tally() {
  const all = boxes(), some = all.filter((box) => box.checked).length, head = byId("all");
  if (!head) return;
  head.hidden = false;
  head.checked = some > 0 && some === all.length;
  head.indeterminate = some > 0 && some < all.length;
}
addEventListener("click", (event) => {
  const box = event.target;
  if (box.id === "all") boxes().forEach((each) => { each.checked = box.checked; });
  else if (box.name !== "ids") return;
  else if (event.shiftKey && last) range(box, box.checked);
  if (box.name === "ids") last = box.closest(".row").id;
  tally();
});
addEventListener("keydown", (event) => {
  const { target, key } = event, box = document.querySelector('.row.is-cursor [name="ids"]');
  const typing = target.closest('textarea, select, input:not([type="checkbox"])');
  if (key.toLowerCase() !== "x" || !box || typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[data-keys="off"]')) return;
  event.preventDefault();
  if (key === "x") box.click();
  else {
    range(box, true);
    last = box.closest(".row").id;
    tally();
  }
});
addEventListener("htmx:afterSettle", tally);
tally();

/* What was just done can be taken back for half a minute. */
setTimeout(() => byId("undo")?.remove(), Math.max(0, new Date(byId("undo")?.dataset.until ?? 0) - Date.now()));
