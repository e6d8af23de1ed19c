// Replaces a drawn chart by its live form when a reader first points at it. Without scripts, or
// if anything fails, the drawn chart stays.
const specs = JSON.parse(document.getElementById("specs").textContent);
const options = {
  ast: true,
  actions: false,
  renderer: "svg",
  tooltip: { disableDefaultStyle: true },
};
function enliven(box) {
  const part = [...box.children].find((child) => child.getClientRects().length > 0);
  const spec = part && specs[box.dataset.chart]?.[part.className];
  if (!spec) return;
  const place = document.createElement("div");
  vegaEmbed(place, spec, options).then(() => {
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    part.replaceChildren(place);
    box.dataset.live = "";
  }, () => {});
}
for (const box of document.querySelectorAll("[data-chart]")) {
  box.addEventListener("pointerenter", () => enliven(box), { once: true });
}
