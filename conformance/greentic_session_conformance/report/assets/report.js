"use strict";
// The page can be read without this: it folds what asks for nothing, filters, and unfolds all for paper.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const rules = [...document.querySelectorAll(".rule")];
  const boxes = [...form.querySelectorAll("input")];
  const shown = document.getElementById("shown");
  const all = document.getElementById("all");

  const chosen = (name) => boxes.filter((box) => box.name === name && box.checked).map((box) => box.value);
  const fits = (rule, name, values) => values.length === 0 || values.includes(rule.dataset[name]);
  const words = (values) => values.map((value) => value.replace("-", " ")).join(" or ");

  function filter() {
    const status = chosen("status");
    const profile = chosen("profile");
    const kept = rules.filter((rule) => fits(rule, "status", status) && fits(rule, "profile", profile));
    for (const rule of rules) rule.hidden = !kept.includes(rule);
    for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector(".rule:not([hidden])");
    for (const box of boxes) {
      // What ticking it would show, given what is ticked in the other group.
      const other = box.name === "status" ? ["profile", profile] : ["status", status];
      const count = rules.filter((rule) => rule.dataset[box.name] === box.value && fits(rule, ...other)).length;
      box.parentElement.querySelector(".count").textContent = count;
    }
    all.disabled = status.length + profile.length === 0;
    const told = [words(status), profile.length ? `in ${profile.join(" or ")}` : ""].filter(Boolean).join(", ");
    const total = rules.length === 1 ? "1 rule" : `${rules.length} rules`;
    shown.textContent = told ? `${kept.length} of ${total} shown: ${told}.` : `All ${total} are shown.`;
  }

  function reveal() {
    const rule = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!rule || !rule.matches(".rule")) return;
    if (rule.hidden) showAll();
    rule.querySelector("details").open = true;
    rule.scrollIntoView();
  }

  function showAll() {
    for (const box of boxes) box.checked = false;
    filter();
  }

  const outer = () => document.querySelectorAll(".rule:not([hidden]) > details");
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  all.addEventListener("click", showAll);
  document.getElementById("unfold").addEventListener("click", () => outer().forEach((part) => (part.open = true)));
  document.getElementById("fold").addEventListener("click", () => outer().forEach((part) => (part.open = false)));
  addEventListener("hashchange", reveal);

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  for (const part of document.querySelectorAll("details[data-fold]")) part.open = false;
  form.hidden = false;
  filter();
  reveal();
})();
