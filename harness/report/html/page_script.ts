/**
 * The page's script: filter, drawers, keyboard. Without it all drawers are open and nothing is lost.
 * It only shows, hides and moves elements, and makes no markup from text.
 */
export const PAGE_SCRIPT = `
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.querySelector("form.filter");
  const rows = all("tr.requirement");
  const drawerOf = (row) => row.nextElementSibling;
  const texts = new Map(rows.map((row) => [row, (row.textContent + " " + drawerOf(row).textContent).toLowerCase()]));

  for (const part of all(".bar > span")) part.style.flexGrow = part.dataset.count;

  function measure() {
    const head = document.querySelector(".matrix thead");
    const isSticky = (element) => getComputedStyle(element).position === "sticky";
    const heightOf = (element, part) => (isSticky(part) ? element.offsetHeight : 0) + "px";
    const { style } = document.documentElement;
    style.setProperty("--filter-height", heightOf(form, form));
    style.setProperty("--head-height", heightOf(head, head.querySelector("th")));
  }

  function open(row, isOpen) {
    drawerOf(row).hidden = !isOpen || row.hidden;
    row.querySelector(".toggle").setAttribute("aria-expanded", String(isOpen));
  }
  const isOpen = (row) => row.querySelector(".toggle").getAttribute("aria-expanded") === "true";

  function matches(row, filter) {
    const states = row.dataset.states.split(" ");
    const hasStatus =
      filter.status === "" ||
      (filter.status === "trouble"
        ? states.some((state) => state !== "held" && state !== "unjudged")
        : states.includes(filter.status));
    return (
      hasStatus &&
      (filter.level === "" || row.dataset.level === filter.level) &&
      (filter.area === "" || row.dataset.area === filter.area) &&
      filter.words.every((word) => texts.get(row).includes(word))
    );
  }

  function apply() {
    const { q, level, status, area } = Object.fromEntries(new FormData(form));
    const words = q.toLowerCase().split(/\\s+/).filter((word) => word !== "");
    let shown = 0;
    for (const row of rows) {
      row.hidden = !matches(row, { words, level, status, area });
      drawerOf(row).hidden = row.hidden || !isOpen(row);
      if (!row.hidden) shown++;
    }
    for (const body of all("table.matrix > tbody"))
      body.hidden = all("tr.requirement", body).every((row) => row.hidden);
    document.getElementById("nothing").hidden = shown > 0;
    measure();
    form.elements.count.value = shown + " of " + rows.length;
    const query = new URLSearchParams(Object.entries({ q, level, status, area }).filter(([, value]) => value !== ""));
    try {
      history.replaceState(null, "", "?" + query + location.hash);
    } catch {
      // A page in a frame or an archive may have no address to change.
    }
  }

  function openTarget() {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row === null || !row.matches("tr.requirement")) return;
    if (row.hidden) {
      form.reset();
      apply();
    }
    open(row, true);
    row.scrollIntoView({ block: "start" });
    row.querySelector(".toggle").focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === null) return;
    const row = button.closest("tr.requirement");
    if (button.matches(".toggle")) open(row, !isOpen(row));
    if (button.dataset.target !== undefined) {
      open(row, true);
      document.getElementById(button.dataset.target).focus();
    }
    if (button.matches(".save")) save(button.dataset.name, button.closest("details").querySelector("pre").textContent);
  });

  document.addEventListener("keydown", (event) => {
    const drawer = event.target.closest("tr.drawer");
    const row = drawer === null ? event.target.closest("tr.requirement") : drawer.previousElementSibling;
    if (row === null) return;
    if (event.key === "Escape" && isOpen(row)) {
      open(row, false);
      row.querySelector(".toggle").focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && event.target.matches(".toggle")) {
      const shown = rows.filter((other) => !other.hidden);
      const next = shown[shown.indexOf(row) + step];
      if (next !== undefined) {
        event.preventDefault();
        next.querySelector(".toggle").focus();
      }
    }
  });

  function save(name, text) {
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
  }

  for (const [name, value] of new URLSearchParams(location.search))
    if (form.elements[name] !== undefined && name !== "count") form.elements[name].value = value;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", openTarget);
  addEventListener("resize", measure);
  measure();
  apply();
  openTarget();
})();
`;
