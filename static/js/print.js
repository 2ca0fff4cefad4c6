/* [data-print] prints the page; without script the browser's own menu does. */
addEventListener("click", ({ target }) => target.closest("[data-print]") && print());
