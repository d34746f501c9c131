// Draws the charts of the report in the colours of the page: those of light or dark, and of paper when it is printed.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const charts = [...document.querySelectorAll("figure.chart")].map((figure) => ({
    place: figure.querySelector("div"),
    ...JSON.parse(figure.querySelector("script").textContent),
  }));

  const coloured = (layout, isDark) => {
    const ink = isDark ? "#e8edf2" : "#17212b";
    const line = isDark ? "#35424f" : "#d5dde5";
    const found = { ...layout, font: { family: "system-ui, sans-serif", size: 13, color: ink } };
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
      const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
      found[name] = { ...axis, ...layout[name] };
    }
    return found;
  };

  const draw = (isDark, width) => {
    for (const { place, data, layout } of charts) {
      const shown = { ...coloured(layout, isDark), ...(width ? { width, autosize: false } : { autosize: true }) };
      Plotly.react(place, data, shown, { displayModeBar: false, responsive: !width });
    }
  };

  // What is folded on the screen is all there on paper, where nobody can open it.
  const folded = [...document.querySelectorAll("details:not([open])")];

  const onScreen = () => {
    folded.forEach((one) => (one.open = false));
    draw(dark.matches, 0);
  };
  const onPaper = () => {
    folded.forEach((one) => (one.open = true));
    // A sheet of A4 between its margins, in CSS pixels.
    draw(false, 640);
  };
  draw(dark.matches, 0);
  dark.addEventListener("change", () => draw(dark.matches, 0));
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", onScreen);
  // Some browsers tell of a sheet in this way only.
  paper.addEventListener("change", (event) => (event.matches ? onPaper() : onScreen()));
})();
