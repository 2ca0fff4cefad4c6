/*
  Files are stored while one goes on writing: form[data-files=URL] takes what is chosen, dropped or pasted, shows how far it
  is, and keeps its line (tickets/_files.html) in [data-kept]. Without this, files go with their form.
*/
const doc = document;
const $ = (css, from = doc) => from?.querySelector(css);
const $$ = (css, from = doc) => [...from.querySelectorAll(css)];
const on = (type, act) => addEventListener(type, act, true);
const MEGA = 1048576;
const formOf = (node) => node instanceof Element && node.closest("form[data-files]");
const picker = (form) => $('input[type="file"]', form);
const running = (form) => $$("[data-running]", form);
const awaited = new WeakMap();

function say(words) {
  const status = $("#status");
  status.className = "vh";
  status.textContent = words;
}

/* The draft is saved with the files it has by now. */
function changed(node) {
  node.dispatchEvent(new Event("input", { bubbles: true }));
}

function line(file, words) {
  const row = doc.createElement("li"), name = doc.createElement("span"), told = doc.createElement("span");
  name.textContent = file.name;
  told.className = "muted small";
  told.textContent = words;
  row.append(name, told);
  return row;
}

function button(words, name, act) {
  const made = doc.createElement("button"), whose = doc.createElement("span");
  made.type = "button";
  made.className = "btn btn--ghost push";
  whose.className = "vh";
  whose.textContent = ` ${name}`;
  made.append(words, whose);
  made.addEventListener("click", act);
  return made;
}

function gone(row, form) {
  const had = row.contains(doc.activeElement);
  row.remove();
  if (had) picker(form)?.focus();
}

function fail(row, form, file, words, again) {
  const bad = line(file, "");
  bad.dataset.failed = "";
  bad.firstChild.textContent = words;
  if (again) bad.append(button("Try again", file.name, () => { gone(bad, form); start(form, file); }));
  bad.append(button("Dismiss", file.name, () => gone(bad, form)));
  row.replaceWith(bad);
  say(words);
}

/* What was pressed while files were on their way is pressed when all have come; a file that failed is looked at first. */
function settle(form) {
  const press = awaited.get(form);
  if (!press || running(form)[0]) return;
  awaited.delete(form);
  if (!$("[data-failed]", form)) press.click();
}

function start(form, file) {
  const row = line(file, "0 %"), bar = doc.createElement("progress"), xhr = new XMLHttpRequest();
  $("[data-kept]", form).append(row);
  const most = Number(form.dataset.most), largest = Number(form.dataset.largest);
  if ($$("[data-kept] > :not([data-failed])", form).length > most) return fail(row, form, file, `${file.name} was left out: a form takes ${most} files.`);
  if (file.size > largest * MEGA) return fail(row, form, file, `${file.name} is larger than ${largest} MB. Choose a smaller file, or send without it.`);
  row.dataset.running = "";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `Uploading ${file.name}`);
  row.append(bar, button("Cancel", file.name, () => xhr.abort()));
  xhr.upload.onprogress = ({ loaded, total }) => {
    bar.value = total ? (100 * loaded) / total : 0;
    row.children[1].textContent = `${Math.floor(bar.value)} %`;
  };
  xhr.onabort = () => { gone(row, form); say(`${file.name} is left out.`); settle(form); };
  xhr.onerror = () => { fail(row, form, file, `${file.name} did not arrive: there is no connection.`, true); settle(form); };
  xhr.onload = () => {
    const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    if (xhr.status === 200 && !xhr.responseURL.includes("/sign-in")) arrived(row, form, file, xhr.responseText);
    else fail(row, form, file, plain ? xhr.responseText : `${file.name} could not be stored. Reload the page and try again; your words are kept.`, !plain);
    settle(form);
  };
  const body = new FormData();
  body.append("files", file);
  xhr.open("POST", form.dataset.files);
  xhr.setRequestHeader("X-CSRFToken", $('meta[name="csrf-token"]').content);
  xhr.send(body);
}

function arrived(row, form, file, html) {
  const had = row.contains(doc.activeElement), made = doc.createElement("ul");
  made.innerHTML = html;
  const kept = made.firstElementChild;
  row.replaceWith(kept);
  if (had) $("button", kept).focus();
  changed($("input", kept));
  say(`${file.name} is uploaded.`);
}

on("change", (event) => {
  const form = formOf(event.target);
  if (!form || event.target !== picker(form)) return;
  event.stopImmediatePropagation();
  const files = [...event.target.files];
  event.target.value = "";
  files.forEach((file) => start(form, file));
});
const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && formOf(event.target);
on("dragover", (event) => {
  const form = brings(event);
  if (!form) return;
  event.preventDefault();
  $(".drop, .box", form)?.classList.add("is-over");
});
const leave = (form) => $(".drop, .box", form)?.classList.remove("is-over");
on("dragleave", (event) => { if (formOf(event.target)) leave(formOf(event.target)); });
on("drop", (event) => {
  const form = brings(event);
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave(form);
  [...event.dataTransfer.files].forEach((file) => start(form, file));
});
on("paste", (event) => {
  const form = formOf(event.target), files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files[0]) return;
  event.preventDefault();
  files.forEach((file) => start(form, file));
});
on("click", (event) => {
  const form = formOf(event.target), press = event.target instanceof Element && event.target.closest("button");
  if (!form || !press) return;
  const row = press.closest("[data-file]");
  if (row && press.name === "remove") {
    event.preventDefault();
    event.stopImmediatePropagation();
    const name = $("span", row).textContent;
    gone(row, form);
    changed(picker(form));
    say(`${name} is left out.`);
  } else if (press.type === "submit" && running(form)[0]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    awaited.set(form, press);
    say("It is sent as soon as the files have arrived.");
  }
});
