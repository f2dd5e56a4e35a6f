// Keeps the page up to date: the server draws every panel, this puts it in its place and sends forms without leaving.
"use strict";

const drawn = new Map();  // panel id -> the markup it was last given
const typing = (el) => el && el.matches("textarea, input:not([type=hidden]):not([type=radio])");

function put({ id, html }) {
  const panel = document.getElementById(id);
  if (!panel || drawn.get(id) === html) return;
  drawn.set(id, html);
  const focused = panel.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && typing(focused) ? [focused.selectionStart, focused.selectionEnd] : null;
  const open = new Map([...panel.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  const box = panel.querySelector("form[data-key]");
  const typed = box && [...box.querySelectorAll("textarea, input:not([type=hidden])")].map((el) => [el.id, el.value]);
  const view = panel.querySelector(".ways input:checked")?.value;
  const mail = panel.querySelector("article")?.dataset.mail;
  const scrolled = panel.querySelector(".list")?.scrollTop;
  panel.innerHTML = html;
  for (const d of panel.querySelectorAll("details[id]")) if (open.has(d.id)) d.open = open.get(d.id);
  const now = panel.querySelector("form[data-key]");
  if (box && now && box.dataset.key === now.dataset.key)
    for (const [name, value] of typed) { const el = document.getElementById(name); if (el) el.value = value; }
  else if (now) recall(now);
  const turn = panel.querySelector("[data-turn]")?.dataset.turn;
  if (turn) show(turn);
  if (view && panel.querySelector("article")?.dataset.mail === mail)
    panel.querySelector(`.ways input[value=${view}]`)?.click();
  const list = panel.querySelector(".list");
  if (list && scrolled !== undefined && !list.querySelector(".unread")) list.scrollTop = scrolled;
  const again = focused?.id && document.getElementById(focused.id);
  if (again) { again.focus({ preventScroll: true }); if (place && again.setSelectionRange) again.setSelectionRange(...place); }
}

// What somebody has begun to type for one letter is kept in this window until it is sent.
const place = (form) => `${location.pathname}${form.person.value}-${form.to.value}`;
function recall(form) { const kept = sessionStorage.getItem(place(form)); if (kept && !form.text.value) form.text.value = kept; }

async function send(form, by) {
  if (form.ariaBusy === "true") return;  // pressed twice
  const body = new URLSearchParams(new FormData(form));
  if (by?.name) body.set(by.name, by.value);
  const action = by?.getAttribute("formaction") ?? form.getAttribute("action");
  form.ariaBusy = "true";
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { "X-Act": "1" } });
    if (answer.ok && action === "do/send") sessionStorage.removeItem(place(form));
    if (answer.ok && action === "do/anew") sessionStorage.clear();
    told(answer.ok ? "" : answer.status < 500 ? await answer.text() : "This should not happen; the log says more.");
  } catch { lost(true); } finally { form.ariaBusy = null; }
  if (action === "do/open") show(body.get("person"));
}

function told(what) { const place = document.querySelector(".told"); place.textContent = what; place.hidden = !what; }
function lost(is) { document.querySelector(".lost").hidden = !is; }

function show(tab) {
  const radio = document.querySelector(`.tabs input[value="${CSS.escape(tab)}"]`);
  if (radio && !radio.checked) { radio.checked = true; tabs(); }
}

function tabs() {
  const chosen = document.querySelector(".tabs input:checked")?.value;
  for (const section of document.querySelectorAll("main > section")) section.classList.toggle("shown", section.dataset.tab === chosen);
}

document.addEventListener("input", ({ target }) => {
  if (target.name === "text") sessionStorage.setItem(place(target.form), target.value);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-act]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) send(event.target.form);
  if (event.target.name === "tab") tabs();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing(event.target)) {
    const first = event.target.form?.querySelector("button.first");
    if (first) { event.preventDefault(); event.target.form.requestSubmit(first); }
  }
  if (event.key === "Escape") document.getElementById("more")?.removeAttribute("open");
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest(".list")) {
    const all = [...event.target.closest(".list").querySelectorAll("button")];
    const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) { event.preventDefault(); next.focus(); }
  }
});
document.addEventListener("click", (event) => {
  const more = document.getElementById("more");
  if (more?.open && !more.contains(event.target)) more.open = false;
});

const have = [...document.querySelectorAll("[data-panel]")].map((panel) => [panel.id, panel.dataset.panel]);
const events = new EventSource(`events?${new URLSearchParams(have)}`);
events.addEventListener("panel", (event) => put(JSON.parse(event.data)));
events.addEventListener("settled", (event) => { lost(false); document.body.dataset.live = event.data; });
events.addEventListener("anew", () => location.reload());
document.querySelectorAll("form[data-key]").forEach(recall);
events.onerror = () => { delete document.body.dataset.live; lost(true); };
tabs();
