"use strict";
const rows = JSON.parse(document.getElementById("index").textContent);
const STEP = 200, CHUNK = Number(document.body.dataset.chunk);
const list = document.getElementById("files"), more = document.getElementById("more");
const by = (id) => document.getElementById(id);
const chunks = new Map();
let shown = [], drawn = 0;

// all text goes in as text: nothing of a spool file is ever markup
function make(name, properties, ...inside) {
  const element = Object.assign(document.createElement(name), properties || {});
  element.append(...inside.filter((one) => one !== ""));
  return element;
}

function detail(number) {
  const at = Math.floor(number / CHUNK);
  if (!chunks.has(at)) chunks.set(at, JSON.parse(by("files-" + at).textContent));
  return chunks.get(at)[number % CHUNK];
}

function side(name, one) {
  const lines = one.lines.length ? make("pre", {}, one.lines.join("\n")) : "";
  const text = `${one.result}, mails ${one.mails}, recipients ${one.recipients}`;
  return make("div", {}, make("h3", {}, name), make("p", {}, text),
    one.disposition ? make("p", { className: "dim" }, one.disposition) : "", lines);
}

function table(heads, body) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  return make("div", { className: "wide" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

const row = (...cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell)));

function changes(found) {
  const body = found.map((one) => row(
    one.record ? String(one.record) + (one.column ? ":" + one.column : "") : "file",
    make("span", { className: "tag" }, `${one.rule} ${one.severity}`), one.sureness,
    make("div", {}, one.title + (one.text ? ": " + one.text : ""),
      one.excerpt ? make("pre", {}, one.excerpt) : ""),
    one.remedy));
  return table(["record", "rule", "sure", "what", "remedy"], body);
}

function mail(one) {
  const to = one.recipients.map((r) => row(r.address, r.smtpd, r.cssmtp));
  const text = make("table", { className: "diff mono" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "SMTPD"), make("th", { scope: "col" }, "CSSMTP"))),
    make("tbody", {}, ...one.diff.map(([same, left, right]) =>
      make("tr", { className: same ? "" : "changed" }, make("td", {}, left), make("td", {}, right)))));
  return make("section", {},
    make("h3", {}, `Mail ${one.number}, record ${one.record}` + (one.equal ? ", the same" : "")),
    make("p", { className: "dim" }, `from ${one.sender[0] || "<>"} there, ${one.sender[1] || "<>"} here; ` +
      `${one.size[0]} and ${one.size[1]} bytes`),
    table(["recipient", "SMTPD", "CSSMTP"], to),
    one.diff.length ? make("div", { className: "wide" }, text) : "");
}

function inside(number) {
  const one = detail(number);
  return make("div", { className: "inside" },
    make("p", { className: "dim" }, `${one.source}, class ${one.sysout_class}, writer ${one.writer || "none"}, ` +
      `${one.shape}, ${one.records} records`),
    make("div", { className: "sides" }, side("SMTPD", one.smtpd), side("CSSMTP", one.cssmtp)),
    one.changes.length ? changes(one.changes) : "", ...one.mails.map(mail),
    one.unsure.length ? make("p", { className: "dim" }, "Not confirmed by IBM's pages: " + one.unsure.join("; ")) : "");
}

function draw() {
  for (const number of shown.slice(drawn, drawn + STEP)) {
    const [job, jobid, step, verdict, severities, rules, source] = rows[number];
    const box = make("details", { id: "file-" + (number + 1) }, make("summary", {},
      make("b", {}, `${job} ${jobid}`), make("span", { className: "tag" }, verdict),
      make("span", { className: "mono" }, step), make("span", { className: "dim" }, rules.join(" ")),
      make("span", { className: "dim" }, source)));
    box.addEventListener("toggle", () => {
      if (box.open && box.children.length === 1) box.append(inside(number));
    });
    list.append(box);
  }
  drawn = Math.min(drawn + STEP, shown.length);
  more.hidden = drawn === shown.length;
  by("count").textContent = `${shown.length} of ${rows.length} files` +
    (drawn < shown.length ? `, the first ${drawn} shown` : "");
}

function filter() {
  const verdict = by("verdict").value, severity = by("severity").value, rule = by("rule").value;
  const text = by("text").value.toLowerCase();
  shown = [...rows.keys()].filter((number) => {
    const [job, jobid, step, is, severities, rules, source] = rows[number];
    return (!verdict || is === verdict) && (!severity || severities.includes(severity)) &&
      (!rule || rules.includes(rule)) && (!text || `${job} ${jobid} ${step} ${source}`.toLowerCase().includes(text));
  });
  list.replaceChildren();
  drawn = 0;
  draw();
}

for (const id of ["verdict", "severity", "rule", "text"]) by(id).addEventListener("input", filter);
more.addEventListener("click", draw);
for (const button of document.querySelectorAll("button[data-rule]")) {
  button.addEventListener("click", () => { by("rule").value = button.dataset.rule; filter(); by("rule").focus(); });
}
filter();
