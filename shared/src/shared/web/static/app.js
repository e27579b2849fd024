// Comforts for browsers with script; every page works without them.
"use strict";

const root = document.documentElement;
root.classList.add("js");

/** What is compared when people type without tone marks: "Việt" and "viet" are the same. */
const plain = (text) =>
  text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").trim();

// A list that filters as one types: <input data-filter="id of the list">.
document.addEventListener("input", ({ target }) => {
  const list = target.dataset && document.getElementById(target.dataset.filter);
  if (!list) return;
  const words = plain(target.value).split(/\s+/);
  let found = 0;
  for (const row of list.querySelectorAll("[data-words]")) {
    const text = plain(row.dataset.words);
    row.hidden = !words.every((word) => text.includes(word));
    found += row.hidden ? 0 : 1;
  }
  const empty = list.querySelector("[data-filter-empty]");
  if (empty) empty.hidden = found > 0;
});

// Enter in the filter chooses the only row that is left, instead of sending the form.
document.addEventListener("keydown", (event) => {
  const list = event.target.dataset && document.getElementById(event.target.dataset.filter);
  if (!list || event.key !== "Enter") return;
  event.preventDefault();
  const left = list.querySelectorAll("[data-words]:not([hidden]) input");
  if (left.length === 1) {
    left[0].checked = true;
    left[0].focus();
  }
});

// What a person opened or narrowed stays so when a live page is fetched again.
globalThis.htmx?.registerExtension("keep", {
  htmx_before_morph_attr: (element, { attrName }) =>
    !(attrName === "open" && element.matches("details, dialog")) &&
    !(attrName === "hidden" && element.matches("[data-words], [data-filter-empty]")),
});

// Copy a code: <button data-copy="text" data-done-label="Đã chép">.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const field = document.createElement("textarea");
    field.value = button.dataset.copy;
    document.body.append(field);
    field.select();
    document.execCommand("copy"); // The clipboard API is for https only.
    field.remove();
  }
  button.dataset.done = "";
  button.textContent = button.dataset.doneLabel;
  setTimeout(() => {
    delete button.dataset.done;
    button.textContent = label;
  }, 2000);
});

// Open menus close on Escape, and when one goes elsewhere.
const menus = "details.row-menu[open], details.submenu[open]";
document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(menus)) {
    if (!menu.contains(target)) menu.open = false;
  }
});
document.addEventListener("focusin", ({ target }) => {
  for (const menu of document.querySelectorAll(menus)) {
    if (!menu.contains(target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll(menus)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// A form is sent once: a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A file dropped anywhere on its field is chosen, and its form is sent: <div data-drop>.
const zoneOf = ({ target }) => target.closest?.("[data-drop]");
document.addEventListener("dragover", (event) => {
  for (const zone of document.querySelectorAll("[data-over]")) delete zone.dataset.over;
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.dataset.over = "";
});
for (const end of ["dragleave", "drop"]) {
  document.addEventListener(end, (event) => delete zoneOf(event)?.dataset.over);
}
document.addEventListener("drop", (event) => {
  const field = zoneOf(event)?.querySelector("input[type=file]");
  if (!field || !event.dataTransfer.files.length) return;
  event.preventDefault();
  field.files = event.dataTransfer.files;
  field.form.requestSubmit();
});

// The clock of an idle counter: <time data-clock>.
const tick = () => {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = new Intl.DateTimeFormat("vi-VN", {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh",
    }).format(new Date());
  }
};
tick();
setInterval(tick, 5000);

// A counter display goes blank by itself: data-blank-after is seconds, data-blank-key says what is shown.
let shown = null;
let since = 0;
setInterval(() => {
  const card = document.querySelector("[data-blank-after]");
  const key = card ? card.dataset.blankKey : null;
  if (key !== shown) {
    shown = key;
    since = Date.now();
  }
  const over = card && Date.now() - since > Number(card.dataset.blankAfter) * 1000;
  root.dataset.blank = over ? "true" : "false";
}, 500);

// A page that says the system is down tries again by itself: data-retry-after is seconds.
const again = document.querySelector("[data-retry-after]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.retryAfter) * 1000);
