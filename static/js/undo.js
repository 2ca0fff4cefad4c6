/* A reply can be taken back for some seconds: counted down, and gone when they are over. The words above it stay. */
const form = document.getElementById("undo"), left = form?.querySelector("[data-left]");
const end = Date.now() + 1000 * parseInt(left?.textContent.slice(1) ?? 0, 10);
const ticking = left && setInterval(() => {
  const seconds = Math.ceil((end - Date.now()) / 1000);
  if (seconds > 0 && form.isConnected) left.textContent = `(${seconds} s)`;
  else {
    clearInterval(ticking);
    if (form.contains(document.activeElement)) document.getElementById("conv")?.focus();
    form.querySelector("button")?.remove();
  }
}, 250);
