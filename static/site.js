// What htmx leaves to us: saying that no server could be reached. Everything else works without this.
document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx || event.detail.ctx.response) return;
  const notice = document.getElementById("notice");
  notice.innerHTML = '<p class="summary" tabindex="-1"></p>';
  notice.firstChild.textContent =
    "The server cannot be reached, so it is not known whether this was done. Check your connection and press again: nothing is done twice.";
  notice.firstChild.focus();
});
