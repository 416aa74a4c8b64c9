// What htmx and forms leave to us: keys, copying, local times, and saying that no server was reached.
// Every page works without this.

document.documentElement.classList.toggle("copies", Boolean(navigator.clipboard));

function say(words) {
  document.getElementById("said").textContent = words;
}

// --- Keys: "/" goes to the search, Escape closes an open form.

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  const search = document.getElementById("search");
  if (event.key === "/" && !typing && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target !== search && closeForm()) {
    event.preventDefault();
  }
});

// --- The form of an action, opened in place on a record's page.

function openForm() {
  return document.querySelector("#action-form[hx-post]");
}

function closeForm() {
  if (!openForm()) return false;
  const opener = document.querySelector(".acts [aria-current]");
  document.getElementById("action").replaceChildren();
  markOpener();
  opener?.focus();
  return true;
}

function markOpener() {
  const path = document.getElementById("action-form")?.getAttribute("action");
  for (const link of document.querySelectorAll(".acts a")) {
    if (link.getAttribute("href") === path) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("htmx:after:swap", markOpener);

// --- Links and buttons that do their work here when they can.

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const copy = event.target.closest("button.copy");
  const all = event.target.closest("a.all");
  if (copy) copyText(copy);
  if (all && fillInAll(all)) event.preventDefault();
  if (event.target.closest(".leave a") && closeForm()) event.preventDefault();
});

async function copyText(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied.");
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 2000);
  } catch {
    say("This browser did not allow copying. Select the text instead.");
  }
}

function fillInAll(link) {
  const { quantity, blocks, sale } = link.closest("form").elements;
  const number = sale ? sale.selectedOptions[0]?.dataset.all : link.dataset.all;
  if (!number) return false;
  quantity.value = number;
  blocks.value = "";
  quantity.dispatchEvent(new Event("input", { bubbles: true }));
  quantity.focus();
  return true;
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// --- Times are UTC; the visitor's own stand under the pointer.

document.addEventListener("pointerover", (event) => {
  const time = event.target.closest?.("time[datetime*='T']");
  if (!time || time.title) return;
  const local = new Date(time.dateTime);
  time.title = `${local.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" })}, where you are`;
});

// --- No server could be reached.

const ASKS = "[hx-trigger^='every']"; // by itself, every second

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!ctx.sourceElement?.matches?.(ASKS) || !ctx.response) return;
  const notice = document.getElementById("notice");
  const failed = ctx.response.status >= 400;
  if (!failed && notice.dataset.asking) notice.replaceChildren(); // what asking said is over
  notice.dataset.asking = failed ? "yes" : "";
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx || event.detail.ctx.response) return;
  const notice = document.getElementById("notice");
  if (event.detail.ctx.sourceElement?.matches?.(ASKS)) {
    if (notice.hasChildNodes()) return; // said already; nobody's focus is moved for it
    notice.dataset.asking = "yes";
    notice.innerHTML = '<p class="summary"></p>';
    notice.firstChild.textContent = "The server cannot be reached. This page asks again every second.";
    return;
  }
  notice.innerHTML = '<p class="summary" tabindex="-1"></p>';
  notice.firstChild.textContent =
    "The server cannot be reached, so it is not known whether this was done. Check your connection and press again: nothing is done twice.";
  notice.firstChild.focus();
});

// --- A file is chosen or dropped: its name and size stand below, and one that is too large is not sent.

function dropZone(event) {
  const files = [...(event.dataTransfer?.types ?? [])].includes("Files");
  return files ? event.target.closest?.("form[data-drop]") : null;
}

document.addEventListener("dragover", (event) => {
  const form = dropZone(event);
  if (!form) return;
  event.preventDefault();
  form.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  const form = dropZone(event);
  if (form && !form.contains(event.relatedTarget)) form.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  const form = dropZone(event);
  if (!form) return;
  event.preventDefault();
  form.classList.remove("over");
  form.elements.file.files = event.dataTransfer.files;
  tellChosen(form);
  form.querySelector("button").focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-drop]");
  if (form) tellChosen(form);
});

function tellChosen(form) {
  const { file } = form.elements;
  const [first, ...others] = file.files;
  const size = (bytes) => (bytes < 999_500 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
  let fault = "";
  if (others.length) fault = "Drop one file at a time.";
  else if (first?.size > form.dataset.most)
    fault = "This file is larger than 1 GiB; use flask records import on the server, which has no limit.";
  file.setCustomValidity(fault);
  document.getElementById("chosen").textContent = fault || (first ? `${first.name}, ${size(first.size)}` : "");
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-drop]")) return;
  document.getElementById("chosen").textContent += ". It is sent and read; a large file takes a while.";
});

// --- A secret is shown once: a second press would replace that answer, so it is not sent.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.once) event.preventDefault();
  form.dataset.once = "sent";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) form.dataset.once = "";
});
