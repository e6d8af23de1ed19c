// Replaces a drawn chart by its live form when a reader first points at it. The runtime and the
// specifications are packed in the page and unpacked on first use. Without scripts, or if anything
// fails, the drawn chart stays.
async function unpack(id) {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).text();
}
let loading;
function load() {
  loading ??= (async () => {
    const script = document.createElement("script");
    script.textContent = await unpack("runtime");
    document.head.append(script);
    return JSON.parse(await unpack("specs"));
  })();
  return loading;
}
async function enliven(box) {
  const specs = await load();
  const part = [...box.children].find((child) => child.getClientRects().length > 0);
  const spec = part && specs[box.dataset.chart]?.[part.className];
  if (!spec) return;
  const place = document.createElement("div");
  await vegaEmbed(place, spec, {
    ast: true,
    actions: false,
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
  });
  place.querySelector("svg").setAttribute("aria-hidden", "true");
  part.replaceChildren(place);
  box.dataset.live = "";
}
for (const box of document.querySelectorAll("[data-chart]")) {
  box.addEventListener("pointerenter", () => enliven(box).catch(() => {}), { once: true });
}
