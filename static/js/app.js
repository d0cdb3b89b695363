// Makes pages smoother; every page works without it.
const root = document.documentElement;
root.classList.add("js");

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

// Menus: one open at a time; a click elsewhere or Escape closes them and gives the focus back.
document.addEventListener("click", (event) => {
  const inside = closest(event, "details.menu");
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== inside && !menu.contains(inside)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = closest(event, "details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Lights: the reasons open on hover and on focus by keyboard, and stay open after a click.
const reasonsOf = (light) => document.getElementById(light.getAttribute("popovertarget"));
function showReasons(event) {
  const light = closest(event, "button.light");
  if (!light || (event.type === "focusin" && !light.matches(":focus-visible"))) return;
  const pop = reasonsOf(light);
  if (!pop || pop.matches(":popover-open")) return;
  light.dataset.hovered = "";
  pop.showPopover({ source: light });
}
function hideReasons(event) {
  const light = closest(event, "button.light");
  if (!light || !("hovered" in light.dataset) || light.contains(event.relatedTarget)) return;
  delete light.dataset.hovered;
  reasonsOf(light)?.hidePopover();
}
document.addEventListener("mouseover", showReasons);
document.addEventListener("focusin", showReasons);
document.addEventListener("mouseout", hideReasons);
document.addEventListener("focusout", hideReasons);
document.addEventListener("click", (event) => {
  const light = closest(event, "button.light[data-hovered]");
  if (!light) return;
  event.preventDefault();
  delete light.dataset.hovered;
});

// Dialogs: <a href="/the/page" data-open="id-of-dialog"> falls back to the page.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const closer = closest(event, "dialog [data-close]");
  if (closer) closer.closest("dialog").close();
});

// Filter forms: <form data-autosubmit>; empty fields stay out of the address.
document.addEventListener("change", (event) => {
  const form = closest(event, "form[data-autosubmit]");
  if (form) form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[method=get], form:not([method])")) return;
  for (const field of form.querySelectorAll("input[name], select[name]")) if (field.value === "") field.disabled = true;
});
// Coming back by the browser's button must find the fields enabled again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const field of document.querySelectorAll("form:not([method=post]) :is(input, select)[name]:disabled")) field.disabled = false;
});

// Deed forms: a second click does nothing, and <form data-guard> warns before unsaved changes are lost.
const unsaved = new Set();
document.addEventListener("input", (event) => {
  const form = closest(event, "form[data-guard]");
  if (form) unsaved.add(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  unsaved.delete(form);
  if (!form.matches("[method=post]") || event.defaultPrevented) return;
  if ("sent" in form.dataset) event.preventDefault();
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
});

// Trees: rows carry data-path ("3.17.40"); closing a row hides all below it and is written into the address.
function applyTree(table) {
  const closed = [...table.querySelectorAll("tr:has([data-twisty][aria-expanded=false])")].map((row) => row.dataset.path + ".");
  for (const row of table.querySelectorAll("tr[data-path]")) row.hidden = closed.some((path) => row.dataset.path.startsWith(path));
  const address = new URL(location.href);
  if (closed.length) address.searchParams.set("closed", closed.map((path) => path.slice(0, -1)).join(","));
  else address.searchParams.delete("closed");
  history.replaceState(history.state, "", address);
}
function turn(twisty, open) {
  twisty.setAttribute("aria-expanded", String(open));
  applyTree(twisty.closest("table"));
}
document.addEventListener("click", (event) => {
  const twisty = closest(event, "[data-twisty]");
  const path = twisty?.closest("tr").dataset.path;
  if (!path || !document.querySelector(`tr[data-path^="${CSS.escape(path + ".")}"]`)) return;
  event.preventDefault();
  turn(twisty, twisty.getAttribute("aria-expanded") !== "true");
});
document.addEventListener("keydown", (event) => {
  const twisty = closest(event, "[data-twisty]");
  if (!twisty || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  turn(twisty, event.key === "ArrowRight");
});
document.addEventListener("click", (event) => {
  const button = closest(event, "[data-tree-level]");
  const table = button && document.getElementById(button.dataset.tree);
  if (!table) return;
  for (const twisty of table.querySelectorAll("[data-twisty]")) {
    const depth = twisty.closest("tr").dataset.path.split(".").length;
    twisty.setAttribute("aria-expanded", String(depth < Number(button.dataset.treeLevel)));
  }
  applyTree(table);
});

// Month grid: <table class="grid" data-grid>; arrows move, Enter goes down, a block from a spreadsheet is pasted as text.
const writable = (cell) => cell && !cell.disabled && !cell.readOnly;
const cellAt = (table, row, column) => table.rows[row]?.cells[column]?.querySelector("input.cell") ?? null;
function step(table, row, column, down, right) {
  let [r, c] = [row + down, column + right];
  while (table.rows[r]?.cells[c]) {
    const cell = cellAt(table, r, c);
    if (writable(cell)) return cell;
    r += down;
    c += right;
  }
  return null;
}
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const cell = closest(event, "[data-grid] input.cell");
  const move = MOVES[event.key];
  if (!cell || !move || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const atEdge = event.key === "ArrowLeft" ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length;
  const allSelected = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  if (move[1] !== 0 && !atEdge && !allSelected) return;
  const place = cell.closest("td");
  const next = step(cell.closest("table"), place.parentElement.rowIndex, place.cellIndex, ...move);
  event.preventDefault();
  next?.focus();
});
document.addEventListener("focusin", (event) => closest(event, "[data-grid] input.cell")?.select());

// A long grid opens at the present month, with two months before it in sight.
for (const table of document.querySelectorAll("[data-grid]")) {
  const now = table.tHead?.querySelector(".now");
  const before = now?.previousElementSibling?.previousElementSibling;
  if (before) table.parentElement.scrollLeft = before.offsetLeft - table.rows[0].cells[0].offsetWidth;
}

function write(cell, text) {
  if (cell.value === text) return;
  cell.value = text;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  cell.dispatchEvent(new Event("change", { bubbles: true }));
}
document.addEventListener("input", (event) => {
  const cell = closest(event, "[data-grid] input.cell");
  cell?.classList.toggle("changed", cell.value !== cell.defaultValue);
});
document.addEventListener("paste", (event) => {
  const start = closest(event, "[data-grid] input.cell");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!start || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const table = start.closest("table");
  const place = start.closest("td");
  const counts = { written: 0, skipped: 0 };
  text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const cell = cellAt(table, place.parentElement.rowIndex + down, place.cellIndex + right);
      counts[writable(cell) ? "written" : "skipped"] += 1;
      if (writable(cell)) write(cell, value.trim().replace(/^"(.*)"$/, "$1"));
    });
  });
  say((table.dataset.pasted ?? "%w / %s").replace("%w", counts.written).replace("%s", counts.skipped));
});

// A short word at the edge of the page, read out by screen readers.
let silence;
function say(text) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  toast.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => (toast.textContent = ""), 6000);
}
document.addEventListener("htmx:responseError", () => say(document.getElementById("toast")?.dataset.failed ?? ""));
document.addEventListener("htmx:sendError", () => say(document.getElementById("toast")?.dataset.failed ?? ""));

// "/" jumps to the search box, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || closest(event, "input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("[data-search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

// Lists: <input type="checkbox" data-tick-all> ticks every [data-tick] of its form.
document.addEventListener("change", (event) => {
  const all = closest(event, "[data-tick-all]");
  if (!all) return;
  for (const box of all.form.querySelectorAll("[data-tick]")) box.checked = all.checked;
});

// Refused forms: the summary of what is wrong takes the focus.
document.getElementById("errors")?.focus();
