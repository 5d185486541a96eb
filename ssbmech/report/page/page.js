"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const source = element("charts");
  const charts = source ? JSON.parse(source.textContent) : {};
  // What a chart shows stays in this file: no button that sends it away, no address to send it to.
  // A finger on a chart moves the page; it cannot draw a box as well.
  const touched = window.matchMedia("(pointer: coarse)").matches, small = window.innerWidth < 640;
  const config = { responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
    displayModeBar: small ? false : "hover",
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]] };
  const turning = Object.assign({}, config,
    { modeBarButtons: [["orbitRotation", "pan3d", "resetCameraDefault3d", "toImage"]] });

  const arrays = { f4: Float32Array, f8: Float64Array, i4: Int32Array };
  function unpack(packed) {
    const text = atob(packed.bdata), bytes = new Uint8Array(text.length);
    for (let n = 0; n < text.length; n += 1) bytes[n] = text.charCodeAt(n);
    return new arrays[packed.dtype](bytes.buffer);
  }
  function options(select, entries) {
    for (const entry of entries) {
      const option = document.createElement("option");
      option.value = entry.name;
      option.textContent = entry.label;
      select.append(option);
    }
  }

  // On a narrow page the legend takes more lines, and names of steps without room are hidden.
  function fitNames(chart, width) {
    const lines = new Set(chart.data.filter((trace) => trace.showlegend).map((trace) => trace.name)).size;
    const more = width < 640 ? 20 * Math.max(lines - 1, 0) : 0;
    const { height, margin } = charts.sizes || (charts.sizes = { height: chart.layout.height, margin: chart.layout.margin });
    chart.layout.height = height + more;
    chart.layout.margin = Object.assign({}, margin, { t: margin.t + more });
    (chart.shares || []).forEach((share, n) => {
      const note = chart.layout.annotations[n];
      note.visible = 7 * (note.text.length + 1) < share * (width - 72);
    });
  }
  function forFingers(layout) {
    if (!touched) return layout;
    layout.dragmode = false;
    for (const axis of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) layout[axis].fixedrange = true;
    return layout;
  }
  // Two charts over the same time show the same part of it.
  function link(first, second) {
    let busy = false;
    for (const [from, to] of [[first, second], [second, first]]) {
      from.on("plotly_relayout", (change) => {
        if (busy || !Object.keys(change).some((key) => key.startsWith("xaxis"))) return;
        busy = true;
        Plotly.relayout(to, { "xaxis.range": from.layout.xaxis.range.slice() }).then(() => { busy = false; });
      });
    }
  }

  function drawHistory() {
    const place = element("chart-history"), chart = charts.history;
    fitNames(chart, place.clientWidth);
    Plotly.newPlot(place, chart.data, forFingers(chart.layout), config);
    window.addEventListener("resize", () => {
      fitNames(chart, place.clientWidth);
      Plotly.relayout(place, { annotations: chart.layout.annotations, height: chart.layout.height,
        margin: chart.layout.margin });
    });
    drawAny(place);
  }

  function drawAny(history) {
    const place = element("chart-any"), choice = element("any-quantity"), log = element("any-log");
    const any = charts.any, time = unpack(any.time);
    options(choice, any.quantities);
    if (any.quantities.some((each) => each.name === "von_mises_max")) choice.value = "von_mises_max";
    function draw() {
      const chosen = any.quantities.find((each) => each.name === choice.value);
      const lines = chosen.lines.map((line) => ({
        type: "scatter", mode: "lines", name: line.name, x: time, y: unpack(line.y),
        line: { color: line.colour, width: 1.8 }, hovertemplate: `${line.name}: %{y:.5~g}<extra></extra>`,
      }));
      const layout = Object.assign({}, any.layout);
      layout.xaxis = Object.assign({}, any.layout.xaxis, { range: history.layout.xaxis.range.slice(),
        unifiedhovertitle: { text: `%{x:.5~g} ${any.unit}` } });
      layout.yaxis = Object.assign({}, any.layout.yaxis,
        { title: { text: chosen.label }, type: log.checked ? "log" : "linear" });
      layout.showlegend = lines.length > 1;
      return Plotly.react(place, lines, forFingers(layout), config);
    }
    choice.addEventListener("change", draw);
    log.addEventListener("change", draw);
    draw().then(() => link(history, place));
  }

  function drawSolid() {
    const place = element("chart-solid"), view = charts.solid;
    const choice = element("solid-field"), apart = element("solid-apart"), boxes = element("solid-bodies");
    options(choice, view.fields);
    for (const part of view.bodies.concat(view.interfaces)) {
      part.points = ["x", "y", "z", "i", "j", "k"].map((name) => unpack(part[name]));
    }
    for (const body of view.bodies) {
      const label = document.createElement("label"), box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      label.append(box, ` ${body.name}`);
      boxes.append(label);
      body.box = box;
      box.addEventListener("change", draw);
    }
    function bar(field) {
      const ticks = {};
      if (field.log) {
        const exponents = [];
        for (let n = Math.floor(Math.log10(field.low)); n <= Math.ceil(Math.log10(field.high)); n += 1) exponents.push(n);
        const values = exponents.flatMap((n) => [1, 2, 5].map((digit) => digit * 10 ** n))
          .filter((value) => value >= field.low * 0.999 && value <= field.high * 1.001);
        ticks.tickvals = values.map(Math.log10);
        ticks.ticktext = values.map((value) => String(Number(value.toPrecision(3))));
      }
      const narrow = place.clientWidth < 640;
      return Object.assign({ title: { text: field.label, side: "top" }, thickness: 14, outlinewidth: 0 },
        narrow ? { orientation: "h", y: 1, yanchor: "bottom", len: 0.9 } : { len: 0.8 }, ticks);
    }
    function trace(part, field, shown) {
      const [x, y, flat, i, j, k] = part.points, lift = apart && apart.checked ? part.lift : 0;
      const mesh = { type: "mesh3d", x, y, z: flat.map((height) => height + lift), i, j, k,
        hoverinfo: "skip", flatshading: true, lighting: { ambient: 0.75, diffuse: 0.5, specular: 0, roughness: 1, fresnel: 0 } };
      const values = part.values[field.name];
      if (!values) {
        // Not by its colour alone: Plotly would keep the colours of the field before.
        const pale = { intensity: new Float32Array(x.length), cmin: 0, cmax: 1, showscale: false,
          colorscale: [[0, "#aab4bf"], [1, "#aab4bf"]] };
        return Object.assign(mesh, pale, { opacity: shown ? 1 : 0.15 });
      }
      const raw = unpack(values.data);
      const intensity = field.log ? raw.map((value) => Math.log10(Math.max(value, field.low))) : raw;
      return Object.assign(mesh, { intensity, intensitymode: values.mode, coloraxis: "coloraxis" });
    }
    function draw() {
      const field = view.fields.find((each) => each.name === choice.value);
      const bodies = view.bodies.filter((body) => body.box.checked);
      const traces = bodies.map((body) => trace(body, field, field.of === "bodies"));
      if (field.of === "interfaces") traces.push(...view.interfaces.map((each) => trace(each, field, true)));
      const scale = (value) => (field.log ? Math.log10(value) : value);
      const axis = (text) => ({ title: { text }, showbackground: false, gridcolor: "#d9dee4", zeroline: false });
      // A slender cell needs a camera that stands back.
      const sizes = [0, 1, 2].map((n) => {
        const all = traces.flatMap((each) => Array.from([each.x, each.y, each.z][n]));
        return all.reduce((a, b) => Math.max(a, b), -Infinity) - all.reduce((a, b) => Math.min(a, b), Infinity);
      });
      const far = Math.max(1, 0.75 * Math.max(...sizes) / Math.cbrt(sizes[0] * sizes[1] * sizes[2])) || 1;
      const layout = { uirevision: "view", margin: { l: 0, r: 0, t: place.clientWidth < 640 ? 70 : 10, b: 0 }, font: { family: "system-ui, sans-serif", size: 12 },
        coloraxis: { cmin: scale(field.low), cmax: scale(field.high), colorscale: field.colours,
          reversescale: Boolean(field.reverse), colorbar: bar(field) },
        scene: { aspectmode: "data", xaxis: axis("x (µm)"), yaxis: axis("y (µm)"), zaxis: axis("z (µm)"),
          camera: { eye: { x: 1.2 * far, y: -1.6 * far, z: 0.8 * far } } } };
      return Plotly.react(place, traces, layout, turning);
    }
    choice.addEventListener("change", draw);
    if (apart) apart.addEventListener("change", draw);
    draw();
  }

  function listenToFilter(table, input, count) {
    const rows = Array.from(table.tBodies[0].rows).map((row) => [row, row.textContent.toLowerCase()]);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !wanted.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = wanted.length ? `${shown} of ${rows.length}` : "";
    });
  }

  if (charts.history) drawHistory();
  if (charts.effort) Plotly.newPlot("chart-effort", charts.effort.data, forFingers(charts.effort.layout), config);
  if (charts.solid) drawSolid();
  if (element("parameter-table")) listenToFilter(element("parameter-table"), element("filter"), element("filter-count"));
  for (const picture of document.querySelectorAll("figure img")) {
    const toggle = () => picture.closest("figure").classList.toggle("large");
    picture.tabIndex = 0;
    picture.addEventListener("click", toggle);
    picture.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
  }
})();
