"use strict";
// Filters the cases and copies commands. The page is whole without it: what it adds is hidden until it runs.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const shown = document.getElementById("shown");
  const facets = [...form.querySelectorAll("[data-facet]")];
  const search = form.querySelector("[data-search]");
  const opener = form.querySelector("[data-open]");
  const cases = [...document.querySelectorAll("details.case")];
  const groups = [...document.querySelectorAll("section.group")];
  const texts = new Map();

  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  function apply() {
    const wanted = search.value.trim().toLowerCase();
    const chosen = facets.filter((facet) => facet.value !== "");
    let count = 0;
    for (const item of cases) {
      const fits =
        chosen.every((facet) => item.dataset[facet.dataset.facet] === facet.value) &&
        (wanted === "" || textOf(item).includes(wanted));
      item.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const group of groups) {
      let about = null;
      let any = false;
      for (const child of group.children) {
        if (child.classList.contains("about")) {
          about = child;
          about.hidden = true;
        } else if (child.matches("details.case") && !child.hidden) {
          any = true;
          if (about) about.hidden = false;
        }
      }
      group.hidden = !any;
    }
    shown.textContent = `${count} of ${cases.length} shown`;
    opener.textContent = "Open all shown";
  }

  // What a link leads to is shown and open, whatever the filters say.
  function reveal() {
    const name = location.hash.slice(1);
    const target = name && document.getElementById(name);
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      apply();
    }
    if (target.matches("details")) target.open = true;
    target.scrollIntoView();
  }

  async function copy(button) {
    const text = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = "Selected: copy with the keyboard";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  opener.addEventListener("click", () => {
    const visible = cases.filter((item) => !item.hidden);
    const open = !visible.every((item) => item.open);
    for (const item of visible) item.open = open;
    opener.textContent = open ? "Close all shown" : "Open all shown";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const tile = event.target.closest("a.tile");
    if (tile) {
      form.reset();
      facets.find((facet) => facet.dataset.facet === "verdict").value = tile.dataset.verdict;
      setTimeout(apply);
    }
  });
  addEventListener("hashchange", reveal);

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
  }
  form.hidden = false;
  apply();
  reveal();
})();
