"use strict";
// The chat page. The conversation lives in this browser only; every text goes into the page as text, never as HTML.

const STORE = "troly06";
const MAX_KEPT = 60;
const MAX_WAIT_MS = 30000;
const STARTERS = [
  { label: "Chưa biết bắt đầu từ đâu", payload: "f:toi-dang-o-dau" },
  ...["Kích hoạt VNeID thế nào?", "Tôi quên mật khẩu VNeID", "Đăng ký tạm trú", "Có người gọi bảo cập nhật VNeID"]
    .map((label) => ({ label, payload: "" })),
];
// Moves about in a flow, but for "m:tiep", which is what most people want where it is offered.
const MOVE = /^m:(?!tiep$)/;
// The usual way on, where a reply offers it first: a task is done, go on, begin step by step.
const WAY_ON = /^(a:.*:xong$|m:tiep$|f:)/;
const PLACE = /^\*\*([^*\d]+ (\d+)\/(\d+))\*\*$/;
const log = document.getElementById("log");
const status = document.getElementById("status");
const form = document.getElementById("ask");
const question = document.getElementById("question");
let state = load();
let busy = false;
// What was sent and not answered: sent again under the same name, it is not taken twice.
let unanswered = null;

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("");
}

function newState() {
  return { session: randomName(), turns: [] };
}

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE));
    if (kept && typeof kept.session === "string" && Array.isArray(kept.turns)) return kept;
  } catch (error) { /* storage is off or damaged: begin anew */ }
  return newState();
}

function save() {
  state.turns = state.turns.slice(-MAX_KEPT);
  try { localStorage.setItem(STORE, JSON.stringify(state)); } catch (error) { /* works without storage too */ }
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) rich(node, text);
  return node;
}

function rich(node, text) {
  text.split(/\*\*(.+?)\*\*/).forEach((part, index) => {
    if (!part) return;
    node.append(index % 2 ? Object.assign(document.createElement("strong"), { textContent: part }) : part);
  });
}

function block(text) {
  const lines = text.split("\n");
  const made = [];
  let list = null;
  lines.forEach((line, index) => {
    const item = /^(?:(\d+)\.|-) (.*)$/.exec(line);
    if (item) {
      const tag = item[1] ? "OL" : "UL";
      if (!list || list.tagName !== tag) { list = element(tag); made.push(list); }
      list.append(element("li", "", item[2]));
      return;
    }
    list = null;
    if (!line.trim()) return;
    const next = lines[index + 1] || "";
    const place = PLACE.exec(line);
    if (place) made.push(element("h2", "place", place[1]), ...progress(place));
    else if (/^\*\*[^*]+\*\*$/.test(line)) made.push(element("h2", "", line.slice(2, -2)));
    else if (/^(\d+\.|-) /.test(next) && !made.length) made.push(element("h2", "", line));
    else if (/^(\d+\.|-) /.test(next) && line.endsWith(":")) made.push(element("h3", "", line));
    else if (line.startsWith("Nguồn:")) made.push(element("p", "source", line));
    else made.push(element("p", "", line.replace(/^[^:*.,]{2,12}:(?= )/, "**$&**")));
  });
  return made;
}

function progress([, text, number, count]) {
  if (Number(count) < 2) return []; // a full bar before anything is done
  const bar = element("progress");
  bar.max = Number(count);
  bar.value = Number(number);
  bar.setAttribute("aria-label", "Tiến độ");
  bar.setAttribute("aria-valuetext", text);
  return [bar];
}

// Every picture is of one size, so the page keeps its place before it comes, and when it never does.
function picture({ path, alt }) {
  const image = element("img");
  image.loading = "lazy";
  image.width = 960;
  image.height = 540;
  image.alt = alt;
  image.src = path;
  return image;
}

// What a citizen wrote and what was answered make an exchange. The last one is the one at hand.
function show(turn) {
  const box = element("div", "turn");
  if (turn.mine) {
    const mine = element("p", "mine");
    mine.textContent = turn.mine;
    mine.tabIndex = -1;
    mine.setAttribute("aria-live", "off"); // who wrote it knows it
    box.append(mine);
  } else {
    const reply = element("div", "reply" + (turn.alert ? " alert" : ""));
    reply.append(...block(turn.text));
    if (turn.image) reply.insertBefore(picture(turn.image), reply.querySelector(".source"));
    box.append(reply, ...choices(turn.buttons, turn.first));
  }
  if (turn.mine || !log.lastElementChild) log.append(element("div", "exchange"));
  log.lastElementChild.append(box);
  return box;
}

// `first`: the number of the first button, where numbers are shown; a citizen may type them.
function choices(buttons, first) {
  const chips = buttonList("chips");
  const moves = buttonList("moves");
  buttons.forEach((button, index) => {
    const one = element("button", "", (first ? first + index + ". " : "") + button.label);
    one.type = "button";
    if (!index && WAY_ON.test(button.payload)) one.className = "on";
    one.addEventListener("click", () => send(button.label, button.payload));
    const item = element("li");
    item.append(one);
    (MOVE.test(button.payload) ? moves : chips).append(item);
  });
  return [chips, moves].filter((list) => list.children.length);
}

function buttonList(className) {
  const list = element("ul", className);
  list.setAttribute("role", "list"); // Safari drops it with the bullets
  return list;
}

function remember(turn) {
  state.turns.push(turn);
  save();
  return show(turn);
}

async function post(body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), MAX_WAIT_MS);
  try {
    const response = await fetch("/api/messages", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      signal: patience.signal,
    });
    const data = await response.json();
    if (!response.ok) throw Object.assign(new Error(), { told: data.error });
    return data;
  } finally {
    clearTimeout(timer);
  }
}

async function send(text, payload) {
  if (busy) return;
  busy = true;
  form.querySelector("button").disabled = true;
  tell("Đang tìm câu trả lời…", "busy");
  const session = state.session;
  const pressed = log.contains(document.activeElement) ? document.activeElement : null;
  if (!state.turns.length) log.replaceChildren();
  const mine = show({ mine: text });
  const exchange = mine.parentElement;
  // From here the Tab key goes on to the new buttons, past those that were pressed before.
  if (pressed) mine.firstElementChild.focus({ preventScroll: true });
  exchange.scrollIntoView({ block: "start" });
  if (matchMedia("(pointer: coarse)").matches) question.blur();
  try {
    const what = payload || text;
    if (!unanswered || unanswered.what !== what) unanswered = { what, id: randomName() };
    const data = await post({ session, text: payload ? "" : text, press: payload || "", id: unanswered.id });
    unanswered = null;
    if (session !== state.session) return; // the conversation was deleted meanwhile
    if (!payload && data.heard) mine.firstElementChild.textContent = data.heard;
    state.turns.push({ mine: mine.textContent });
    receive(data);
    tell("");
    if (question.value.trim() === text) question.value = "";
    grow();
    exchange.scrollIntoView({ block: "start" });
  } catch (error) {
    if (session !== state.session) return;
    exchange.remove();
    if (!state.turns.length) begin();
    if (pressed) (pressed.isConnected ? pressed : log).focus({ preventScroll: true });
    if (!payload && !question.value) question.value = text;
    tell(error.told || "Chưa gửi được, có thể do mạng yếu. Bạn thử lại nhé.", "problem");
  } finally {
    busy = false;
    form.querySelector("button").disabled = false;
  }
}

// Buttons under several replies are numbered, running on, as the server counts them.
function receive(data) {
  const numbered = data.replies.filter((reply) => reply.buttons.length).length > 1;
  let next = 1;
  data.replies.forEach(({ text, buttons, image }, index) => {
    const alert = data.outcome === "safety" && index === 0;
    remember({ text, buttons, image, first: numbered ? next : 0, alert });
    next += buttons.length;
  });
}

function tell(text, className = "") {
  status.className = className;
  status.textContent = text;
}

function grow() {
  question.style.height = "auto";
  question.style.height = Math.min(question.scrollHeight + 4, 160) + "px";
}

function begin() {
  log.replaceChildren();
  if (state.turns.length) state.turns.forEach(show);
  else log.append(element("p", "hint", "Bấm một câu hay hỏi, hoặc gõ câu hỏi ở ô bên dưới:"), ...choices(STARTERS));
}

function ask(event) {
  event.preventDefault();
  const text = question.value.trim();
  if (text) send(text, "");
  else question.focus();
}

form.addEventListener("submit", ask);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) ask(event);
});
question.addEventListener("input", grow);
document.getElementById("forget").addEventListener("click", () => {
  fetch("/api/sessions/" + state.session, { method: "DELETE", keepalive: true }).catch(() => {
    tell("Đã xóa trên máy này. Mạng yếu nên máy chủ sẽ tự quên sau một thời gian.");
  });
  try { localStorage.removeItem(STORE); } catch (error) { /* nothing was kept */ }
  state = newState();
  begin();
  tell("Đã xóa hội thoại.");
  window.scrollTo(0, 0);
});
begin();
if (state.turns.length) log.lastElementChild.scrollIntoView({ block: "start", behavior: "instant" });
openLink();

// A printed code opens one topic, flow or step: /#t_304, /#f_kich-hoat, /#f_kich-hoat_noi-cai.
function openLink() {
  const link = /^#([a-z]_[a-z0-9._-]{1,62})$/.exec(location.hash);
  if (!link) return;
  history.replaceState(null, "", location.pathname); // read again on reload, it would be asked again
  send("Mở hướng dẫn này", link[1].replaceAll("_", ":"));
}
window.addEventListener("hashchange", openLink);
