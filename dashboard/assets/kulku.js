// Upgrades pages that work without it. The server renders every row; nothing here writes text of its own.

const ROWS_MAX = 200;
const ANNOUNCE_MS = 10000;
const WARN_MS = 180000;
const DRAW_MS = 200;

const live = document.getElementById("live");
if (live && "EventSource" in window) followEvents(live);

const pending = document.querySelector("[data-pending]");
if (pending) follow(pending, Number(pending.dataset.pending) || 20);

const session = document.getElementById("session");
if (session) warn(session);

// What is wrong with a form is the first thing to read and to tab on from.
document.querySelector("[role=alert][tabindex]")?.focus();

const many = document.getElementById("many");
if (many) chooseMany(many);

// A box for all on the page, and ranges with the shift key.
function chooseMany(form) {
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const head = form.querySelector("th.pick");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", form.dataset.all);
  head?.replaceChildren(all);
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  let last = null;
  boxes.forEach((box, at) =>
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(at, last), Math.max(at, last)];
        boxes.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
      }
      last = at;
      all.checked = boxes.every((other) => other.checked);
    }),
  );
}
// The menu lies over the page, so it does not stay when somebody turns to something else.
const menu = document.querySelector("details.menu");
const shut = ({ type, key, target }) => {
  if (!menu?.open || (type === "keydown" ? key !== "Escape" : menu.contains(target))) return;
  if (type === "keydown") menu.querySelector("summary").focus();
  menu.open = false;
};
for (const kind of ["keydown", "click", "focusin"]) document.addEventListener(kind, shut);

function followEvents(box) {
  const rows = document.getElementById("live-rows");
  const button = box.querySelector("button");
  const state = box.querySelector(".state");
  const status = box.querySelector("[role=status]");
  const words = box.dataset;
  let waiting = [];
  let paused = false;
  let due = 0;
  let unsaid = { all: 0, denied: 0 };

  const show = (name) => {
    box.className = "live " + name;
    state.textContent = words[name];
  };
  const insert = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const row = template.content.querySelector("tr");
    if (!row || rows.querySelector(`[data-id="${row.dataset.id}"]`)) return;
    row.classList.add("new");
    rows.prepend(row);
    while (rows.children.length > ROWS_MAX) rows.lastElementChild.remove();
    document.getElementById("no-rows")?.remove();
    unsaid.all += 1;
    if (row.dataset.code === "denied") unsaid.denied += 1;
  };
  // A busy site tells hundreds of rows a second; the page is drawn anew a few times in it.
  const draw = () => {
    due = 0;
    if (!paused) insertAll(waiting.splice(0));
  };
  // Keeps what the reader looks at in its place when rows come in above it.
  const insertAll = (list) => {
    const below = rows.getBoundingClientRect().top < 0;
    const before = document.documentElement.scrollHeight;
    list.forEach(insert);
    if (below) window.scrollBy(0, document.documentElement.scrollHeight - before);
  };

  // A busy door would flood a screen reader, so that only a summary is said, and seldom.
  setInterval(() => {
    if (!unsaid.all) return;
    status.textContent = `${words.new} ${unsaid.all}. ${words.denied} ${unsaid.denied}.`;
    unsaid = { all: 0, denied: 0 };
  }, ANNOUNCE_MS);

  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? words.resume : words.pause;
    draw();
    show(paused ? "paused" : "on");
  });

  const source = new EventSource(words.stream);
  source.addEventListener("open", () => show(paused ? "paused" : "on"));
  source.addEventListener("row", (event) => {
    waiting.push(event.data);
    if (waiting.length > ROWS_MAX) waiting.shift();
    if (!paused && !due) due = setTimeout(draw, DRAW_MS);
    if (paused) state.textContent = `${words.paused} (${waiting.length})`;
  });
  source.addEventListener("lagged", () => location.reload());
  source.addEventListener("ended", () => {
    source.close();
    show("ended");
    box.classList.add("lost");
  });
  source.addEventListener("error", () => {
    // The browser tries again by itself unless the server refused.
    const refused = source.readyState === EventSource.CLOSED;
    show(refused ? "ended" : "lost");
    box.classList.add("lost");
  });
  box.hidden = false;
  show("on");
}

// Asks what became of a command or an encoding until its end is known, or nobody waits for it any more.
async function follow(note, tries) {
  await new Promise((done) => setTimeout(done, 700));
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById(note.id);
    if (!now) return location.reload();
    const over = !now.hasAttribute("data-pending");
    if (now.textContent !== note.textContent) {
      note.className = now.className;
      note.replaceChildren(...now.childNodes);
    }
    // The facts and what stands below in its section may be new as well: they are shown once, at the end.
    if (over) document.querySelector(".facts")?.replaceWith(page.querySelector(".facts") ?? "");
    if (over && note.closest("section")) {
      while (note.nextSibling) note.nextSibling.remove();
      while (now.nextSibling) note.parentElement.append(now.nextSibling);
    }
    if (over) return;
  }
  if (tries > 0) follow(note, tries - 1);
}

// Says aloud that the session ends soon, and prolongs it without leaving the page, so that nothing typed is lost.
function warn(box) {
  const left = Number(box.dataset.ends) - Number(box.dataset.now);
  const timer = setTimeout(() => {
    box.classList.add("soon");
    box.querySelector(".words").setAttribute("role", "alert");
    box.querySelector(".words").textContent += "";
  }, Math.max(0, left - WARN_MS));
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)) }).catch(() => null);
    const now = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("session");
    if (!now) return event.target.submit();
    clearTimeout(timer);
    box.replaceWith(now);
    warn(now);
  });
}
